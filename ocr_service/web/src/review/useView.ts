import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

import type { BoxBody } from "../api/client";
import { clampView, fitPage, fitWidth, focusBox, zoomAt, type Size, type View } from "./viewport";

const GLIDE_MS = 140;
const REST_MS = 60;

export interface ViewControl {
  zoom: (factor: number, x?: number, y?: number) => void;
  pan: (dx: number, dy: number) => void;
  fitPage: () => void;
  fitWidth: () => void;
  show: (box: BoxBody) => void;
}

/**
 * View of a page on the screen. The transform is written straight to the SVG group, so that panning
 * and zooming never wait for React; `scale` follows for what depends on it.
 */
export function useView(
  canvas: RefObject<HTMLElement | null>,
  group: RefObject<SVGGElement | null>,
  page: Size,
  onApply: (view: View) => void,
): { control: ViewControl; scale: number } {
  const view = useRef<View | null>(null);
  const frame = useRef(0);
  /** Where the running glide ends; null when nothing moves. */
  const goal = useRef<View | null>(null);
  const rest = useRef(0);
  const [scale, setScale] = useState(0);
  const apply = useRef(onApply);
  apply.current = onApply;

  const screen = useCallback((): Size => {
    const { clientWidth, clientHeight } = canvas.current ?? { clientWidth: 1, clientHeight: 1 };
    return { width: clientWidth, height: clientHeight };
  }, [canvas]);

  const put = useCallback(
    (next: View) => {
      view.current = next;
      group.current?.setAttribute(
        "transform",
        `translate(${next.x} ${next.y}) scale(${next.scale})`,
      );
      apply.current(next);
      // What depends on the scale waits until the picture has come to rest.
      window.clearTimeout(rest.current);
      rest.current = window.setTimeout(() => setScale(next.scale), REST_MS);
    },
    [group],
  );

  const glide = useCallback(
    (target: View) => {
      cancelAnimationFrame(frame.current);
      const from = view.current;
      goal.current = target;
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (from === null || still) {
        goal.current = null;
        put(target);
        return;
      }
      const start = performance.now();
      const step = (now: number) => {
        // The first frame may carry a time from before the start.
        const t = Math.min(1, Math.max(0, (now - start) / GLIDE_MS));
        const eased = 1 - (1 - t) ** 3;
        const mix = (a: number, b: number) => a + (b - a) * eased;
        put(
          t >= 1
            ? target
            : {
                scale: mix(from.scale, target.scale),
                x: mix(from.x, target.x),
                y: mix(from.y, target.y),
              },
        );
        if (t < 1) frame.current = requestAnimationFrame(step);
        else goal.current = null;
      };
      frame.current = requestAnimationFrame(step);
    },
    [put],
  );

  const { width, height } = page;
  const moved = useCallback(
    (change: (current: View) => View) => {
      cancelAnimationFrame(frame.current);
      const from = goal.current ?? view.current;
      goal.current = null;
      if (from !== null) put(clampView(change(from), { width, height }, screen()));
    },
    [put, screen, width, height],
  );

  // A new page, or one that was turned, starts as wide as the screen.
  useLayoutEffect(() => {
    cancelAnimationFrame(frame.current);
    goal.current = null;
    put(fitWidth({ width, height }, screen()));
  }, [put, screen, width, height]);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    let known = { width: element.clientWidth, height: element.clientHeight };
    const observer = new ResizeObserver(() => {
      const now = { width: element.clientWidth, height: element.clientHeight };
      if (now.width === known.width && now.height === known.height) return;
      // What was in the middle stays in the middle.
      const [dx, dy] = [(now.width - known.width) / 2, (now.height - known.height) / 2];
      known = now;
      moved((current) => ({ ...current, x: current.x + dx, y: current.y + dy }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [canvas, moved]);

  useEffect(
    () => () => {
      cancelAnimationFrame(frame.current);
      window.clearTimeout(rest.current);
    },
    [],
  );

  const control = useRef<ViewControl>(null as never);
  control.current = {
    zoom: (factor, x, y) => {
      const { width: w, height: h } = screen();
      moved((current) => zoomAt(current, factor, x ?? w / 2, y ?? h / 2));
    },
    pan: (dx, dy) => moved((current) => ({ ...current, x: current.x + dx, y: current.y + dy })),
    fitPage: () => glide(fitPage({ width, height }, screen())),
    fitWidth: () => glide(fitWidth({ width, height }, screen())),
    show: (box) => glide(focusBox(box, { width, height }, screen(), view.current)),
  };
  return { control: control.current, scale };
}
