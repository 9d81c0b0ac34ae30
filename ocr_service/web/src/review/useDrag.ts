import { useRef, type PointerEvent, type RefObject } from "react";

/** Dragging with any pointer moves the page; a press without a move still chooses a box. */
export function useDrag(
  svg: RefObject<SVGSVGElement | null>,
  pan: (dx: number, dy: number) => void,
) {
  const from = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  const end = () => {
    from.current = null;
    svg.current?.removeAttribute("data-dragging");
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      from.current = { x: event.clientX, y: event.clientY, moved: false };
    },
    onPointerMove: (event: PointerEvent) => {
      const start = from.current;
      if (start === null) return;
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (!start.moved && Math.hypot(dx, dy) < 4) return;
      if (!start.moved) {
        svg.current?.setPointerCapture(event.pointerId);
        svg.current?.setAttribute("data-dragging", "");
      }
      from.current = { x: event.clientX, y: event.clientY, moved: true };
      pan(dx, dy);
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
