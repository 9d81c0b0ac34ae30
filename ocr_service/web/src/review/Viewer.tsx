import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from "react";
import { useTranslation } from "react-i18next";

import { type PageBody, type PlaceBody, urls } from "../api/client";
import { Notice } from "../ui/Notice";
import { BoxOverlay, type OverlayField } from "./BoxOverlay";
import { PlaceOverlay, type ShownPlace } from "./PlaceOverlay";
import { useDrag } from "./useDrag";
import { useImage } from "./useImage";
import { useView } from "./useView";
import { ViewerLegend } from "./ViewerLegend";
import { ViewerTools, ZOOM } from "./ViewerTools";
import {
  addTurn,
  placeLabel,
  turnBox,
  turnTransform,
  uprightSize,
  type Turn,
  type View,
} from "./viewport";
import styles from "./Viewer.module.css";

export interface ViewerHandle {
  focus: () => void;
  pan: (dx: number, dy: number) => void;
  show: (place: PlaceBody) => void;
}

interface Props {
  ref: Ref<ViewerHandle>;
  documentId: string;
  pages: readonly PageBody[];
  fields: readonly OverlayField[];
  /** Places that findings show. */
  places: readonly ShownPlace[];
  /** Name of the field that is worked on. */
  current: string | null;
  /** Reason for showing 個人番号 in the image; null paints them over. */
  unmask: string | null;
  onSelect: (name: string) => void;
  /** Enter or Esc: back to the input. */
  onLeave: () => void;
}

const PAN = 80;
const WIDTHS = [1700, 2500];
const WIDEST = 4000;

/** The page as it was scanned, with a box for every field; plain SVG under a strict policy. */
export function Viewer(props: Props) {
  const { ref, documentId, pages, fields, places, current, unmask, onSelect, onLeave } = props;
  const { t } = useTranslation();
  const canvas = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const group = useRef<SVGGElement>(null);
  const tag = useRef<SVGGElement>(null);
  const [number, setNumber] = useState(pages[0]?.number ?? 1);
  const [turns, setTurns] = useState<Record<number, Turn>>({});
  const [follow, setFollow] = useState(true);
  const [goal, setGoal] = useState<PlaceBody | null>(null);

  const page = pages.find((p) => p.number === number) ?? pages[0];
  const turn = page === undefined ? 0 : addTurn(page.rotation, turns[page.number] ?? 0);
  const size = useMemo(
    () => (page === undefined ? { width: 1, height: 1 } : uprightSize(page, turn)),
    [page, turn],
  );
  const active = fields.find((f) => f.field.name === current);
  const activeBox = useMemo(
    () =>
      page === undefined || active?.field.box == null || active.field.page !== page.number
        ? null
        : turnBox(active.field.box, page, turn),
    [active, page, turn],
  );
  const otherBoxes = useMemo(
    () =>
      page === undefined
        ? []
        : fields
            .filter((f) => f.field.page === page.number && f.field.name !== current)
            .flatMap((f) => (f.field.box == null ? [] : [turnBox(f.field.box, page, turn)])),
    // Boxes do not change with the status of fields, only with the page.
    [page, turn, current, fields.length],
  );
  const labelWidth = tagWidth(active?.field.label ?? "");
  const placeTag = useCallback(
    (view: View) => {
      if (tag.current === null || activeBox === null) return;
      const { x, y } = placeLabel(activeBox, otherBoxes, labelWidth, view, {
        width: canvas.current?.clientWidth ?? 0,
        height: canvas.current?.clientHeight ?? 0,
      });
      tag.current.setAttribute("transform", `translate(${x} ${y})`);
    },
    [activeBox, otherBoxes, labelWidth],
  );
  const lastView = useRef<View | null>(null);
  const { control, scale } = useView(canvas, group, size, (view) => {
    lastView.current = view;
    placeTag(view);
  });
  const controls = useRef(control);
  controls.current = control;

  // The page of the field comes up by itself.
  const fieldPage = active?.field.box == null ? null : active.field.page;
  useLayoutEffect(() => {
    if (fieldPage !== null) setNumber(fieldPage);
  }, [fieldPage, current]);
  useLayoutEffect(() => {
    if (activeBox === null) return;
    if (follow) controls.current.show(activeBox);
    if (lastView.current !== null) placeTag(lastView.current);
  }, [activeBox, follow, placeTag, size]);

  useImperativeHandle(ref, () => ({
    focus: () => svg.current?.focus(),
    pan: (dx, dy) => controls.current.pan(dx, dy),
    show: setGoal,
  }));
  // A place of another page is shown once that page is there.
  useLayoutEffect(() => {
    if (goal === null || page === undefined) return;
    if (goal.page !== page.number) setNumber(goal.page);
    else {
      controls.current.show(turnBox(goal.box, page, turn));
      setGoal(null);
    }
  }, [goal, page, turn]);

  // React listens to the wheel passively, which could not keep the page from scrolling.
  useEffect(() => {
    const element = svg.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const bounds = element.getBoundingClientRect();
      const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015));
      controls.current.zoom(factor, event.clientX - bounds.left, event.clientY - bounds.top);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);

  const rotate = () => {
    if (page === undefined) return;
    setTurns((all) => ({ ...all, [page.number]: addTurn(all[page.number] ?? 0, 90) }));
  };
  const step = (by: 1 | -1) => {
    const at = pages.findIndex((p) => p.number === page?.number);
    const next = pages[at + by];
    if (next !== undefined) setNumber(next.number);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => control.pan(PAN, 0),
      ArrowRight: () => control.pan(-PAN, 0),
      ArrowUp: () => control.pan(0, PAN),
      ArrowDown: () => control.pan(0, -PAN),
      "+": () => control.zoom(ZOOM),
      ";": () => control.zoom(ZOOM),
      "=": () => control.zoom(ZOOM),
      "-": () => control.zoom(1 / ZOOM),
      "0": control.fitPage,
      w: control.fitWidth,
      r: rotate,
      PageDown: () => step(1),
      PageUp: () => step(-1),
      Enter: onLeave,
      Escape: onLeave,
    };
    const move = moves[event.key] ?? moves[event.key.toLowerCase()];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
  const drag = useDrag(svg, control.pan);

  const wanted = (page?.width ?? 0) * scale * window.devicePixelRatio;
  // Never less than what was fetched for this page already.
  const width = useRef({ page: 0, width: 0 });
  if (page !== undefined && scale > 0) {
    const enough = Math.min(WIDTHS.find((w) => w >= wanted) ?? WIDEST, page.width, WIDEST);
    const before = width.current.page === page.number ? width.current.width : 0;
    width.current = { page: page.number, width: Math.max(before, enough) };
  }
  const image = useImage(
    page === undefined || width.current.width === 0
      ? null
      : urls.page(documentId, page.number, width.current.width, unmask),
    `${page?.number} ${unmask}`,
  );
  if (page === undefined) return <div className={styles.viewer} />;
  const onPage = fields.filter((f) => f.field.page === page.number && f.field.box != null);
  const shown = places.filter((place) => place.page === page.number);
  return (
    <section className={styles.viewer} aria-label={t("viewer.label")}>
      <ViewerTools
        pages={pages}
        page={page}
        scale={scale}
        control={control}
        follow={follow}
        onPage={setNumber}
        onRotate={rotate}
        onFollow={setFollow}
      />
      <div className={styles.canvas} ref={canvas}>
        <svg
          ref={svg}
          className={styles.svg}
          tabIndex={0}
          role="application"
          aria-roledescription={t("viewer.label")}
          aria-label={`${t("viewer.label")} ${t("viewer.page", { number: page.number })}`}
          aria-describedby="viewer-hint"
          onKeyDown={onKeyDown}
          {...drag}
        >
          <defs>
            <pattern
              id="hatch"
              width="14"
              height="14"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <line className={styles.hatch} x1="0" y1="0" x2="0" y2="14" />
            </pattern>
          </defs>
          <g ref={group}>
            <rect className={styles.paper} width={size.width} height={size.height} />
            <g transform={turnTransform(page, turn)}>
              {image.url === null ? null : (
                <image
                  href={image.url}
                  width={page.width}
                  height={page.height}
                  preserveAspectRatio="none"
                />
              )}
            </g>
            <PlaceOverlay places={shown} page={page} turn={turn} />
            {activeBox === null ? null : (
              <g data-current={current}>
                {["halo", "current"].map((name) => (
                  <rect
                    key={name}
                    className={styles[name]}
                    x={activeBox.x0 - 4}
                    y={activeBox.y0 - 4}
                    width={activeBox.x1 - activeBox.x0 + 8}
                    height={activeBox.y1 - activeBox.y0 + 8}
                    rx={4}
                    vectorEffect="non-scaling-stroke"
                  />
                ))}
              </g>
            )}
            <BoxOverlay
              fields={onPage}
              current={current}
              page={page}
              turn={turn}
              onSelect={onSelect}
            />
          </g>
          {active === undefined || activeBox === null ? null : (
            <g ref={tag} className={styles.tag} aria-hidden="true">
              <rect width={labelWidth} height={26} rx={4} />
              <text x={8} y={13}>
                {active.field.label}
              </text>
            </g>
          )}
        </svg>
        <p id="viewer-hint" className="visually-hidden">
          {t("viewer.hint")}
        </p>
        {image.failed ? (
          <div className={styles.failed}>
            <Notice tone="warning">{t("viewer.failed")}</Notice>
          </div>
        ) : null}
      </div>
      <ViewerLegend places={shown} />
    </section>
  );
}

const tagWidth = (label: string) =>
  16 + [...label].reduce((sum, c) => sum + (c.charCodeAt(0) < 0x100 ? 8 : 14), 0);
