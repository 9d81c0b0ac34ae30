import { memo } from "react";

import type { FieldBody } from "../api/client";
import type { Status } from "./ordering";
import { STATUS_LOOK } from "./status";
import { turnBox, type Size, type Turn } from "./viewport";
import styles from "./Viewer.module.css";

export interface OverlayField {
  field: FieldBody;
  status: Status;
  title: string;
}

interface Props {
  current: string | null;
  fields: readonly OverlayField[];
  page: Size;
  turn: Turn;
  onSelect: (name: string) => void;
}

/**
 * Boxes of all fields of a page, in upright page pixels. The status shows in colour, in the pattern
 * of line and filling, and in a sign.
 */
export const BoxOverlay = memo(function BoxOverlay(props: Props) {
  const { current, fields, page, turn, onSelect } = props;
  return fields.map(({ field, status, title }) => (
    <Box
      key={field.name}
      field={field}
      status={status}
      title={title}
      current={field.name === current}
      width={page.width}
      height={page.height}
      turn={turn}
      onSelect={onSelect}
    />
  ));
});

interface BoxProps extends OverlayField {
  current: boolean;
  width: number;
  height: number;
  turn: Turn;
  onSelect: (name: string) => void;
}

const Box = memo(function Box(props: BoxProps) {
  const { field, status, title, current, width, height, turn, onSelect } = props;
  if (field.box == null) return null;
  const { x0, y0, x1, y1 } = turnBox(field.box, { width, height }, turn);
  const { glyph } = STATUS_LOOK[status];
  const side = Math.max(24, Math.min(40, y1 - y0));
  return (
    <g
      className={`${styles.box} ${styles[status]} ${current ? styles.bare : ""}`}
      data-field={field.name}
      onClick={() => onSelect(field.name)}
    >
      <title>{title}</title>
      <rect x={x0} y={y0} width={x1 - x0} height={y1 - y0} vectorEffect="non-scaling-stroke" />
      {glyph === "" ? null : (
        <g transform={`translate(${x1 - side * 0.62} ${y0 - side * 0.38})`} className={styles.sign}>
          <rect width={side} height={side} rx={side / 5} />
          <text x={side / 2} y={side * 0.54} fontSize={side * 0.72}>
            {glyph}
          </text>
        </g>
      )}
    </g>
  );
});
