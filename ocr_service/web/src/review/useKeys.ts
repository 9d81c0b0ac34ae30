import { useEffect, useRef } from "react";

import type { FieldBody } from "../api/client";
import { isTyping, useSingleKeys } from "../ui/keys";
import { choiceByDigit } from "./FieldInput";

interface Handlers {
  enabled: boolean;
  editable: boolean;
  field: FieldBody | undefined;
  value: string | null;
  onAccept: () => void;
  onConfirm: () => void;
  onStep: (step: 1 | -1) => void;
  onTravel: (type: "undo" | "redo") => void;
  onChange: (value: string | null) => void;
  onViewer: () => void;
  onPan: (dx: number, dy: number) => void;
  onHelp: () => void;
  onCategory: () => void;
  onRelease: () => void;
  onReturn: () => void;
  onReject: () => void;
}

// Keys that neither browsers nor input methods need while nothing is being composed.
const DECISIONS: Record<string, "onRelease" | "onReturn" | "onReject"> = {
  F2: "onRelease",
  F4: "onReturn",
  F8: "onReject",
};

const PAN = 80;
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [PAN, 0],
  ArrowRight: [-PAN, 0],
  ArrowUp: [0, PAN],
  ArrowDown: [0, -PAN],
};

/** Keys of the review screen. Keys of an input method that is composing are never taken. */
export function useReviewKeys(handlers: Handlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  const [singleKeys] = useSingleKeys();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const now = latest.current;
      // 229: some input methods end a composition with an Enter that is not marked as composing.
      if (!now.enabled || event.defaultPrevented || event.isComposing || event.keyCode === 229)
        return;
      const handled =
        withControl(event, now) || withAlt(event, now) || plain(event, now, singleKeys);
      if (handled) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [singleKeys]);
}

function withControl(event: KeyboardEvent, now: Handlers): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  if (!now.editable) return false;
  if (key === "enter" && !event.repeat) now.onConfirm();
  else if (key === "z" && !event.shiftKey) now.onTravel("undo");
  else if (key === "y" || (key === "z" && event.shiftKey)) now.onTravel("redo");
  else return false;
  return true;
}

function withAlt(event: KeyboardEvent, now: Handlers): boolean {
  if (!event.altKey || event.ctrlKey || event.metaKey) return false;
  const arrow = ARROWS[event.key];
  if (event.shiftKey && arrow !== undefined) now.onPan(...arrow);
  else if (event.key === "ArrowDown") now.onStep(1);
  else if (event.key === "ArrowUp") now.onStep(-1);
  else {
    const digit = digitOf(event);
    return digit !== null && choose(digit, now);
  }
  return true;
}

function plain(event: KeyboardEvent, now: Handlers, singleKeys: boolean): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const target = event.target instanceof HTMLElement ? event.target : null;
  const inInput = target?.dataset["fieldInput"] !== undefined;
  if (event.key === "Enter" && inInput && now.editable && !event.shiftKey) {
    if (!event.repeat) now.onAccept();
    return true;
  }
  if (event.key === "Escape" && (inInput || target === document.body)) {
    now.onViewer();
    return true;
  }
  if (event.key === "F1") {
    now.onHelp();
    return true;
  }
  if (event.key === "F9" && !event.shiftKey) {
    if (!event.repeat) now.onCategory();
    return true;
  }
  const decision = DECISIONS[event.key];
  if (decision !== undefined && now.editable && !event.shiftKey) {
    if (!event.repeat) now[decision]();
    return true;
  }
  if (isTyping(target)) return false;
  if (event.key === "?" && singleKeys) {
    now.onHelp();
    return true;
  }
  const digit = digitOf(event);
  // In a group of marks a digit belongs to the group itself; elsewhere it is a single key.
  return digit !== null && (inInput || singleKeys) && choose(digit, now);
}

function choose(digit: number, now: Handlers): boolean {
  const { field, value, editable } = now;
  if (field === undefined || !editable) return false;
  const chosen = choiceByDigit(field, value, digit);
  if (chosen !== undefined) {
    now.onChange(chosen);
    return true;
  }
  const others = (field.alternatives ?? []).filter((a) => a.value !== field.value).slice(0, 3);
  const other = others[digit - 1];
  if (other === undefined) return false;
  now.onChange(other.value);
  return true;
}

function digitOf(event: KeyboardEvent): number | null {
  if (event.shiftKey) return null;
  const match = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  return match === null ? null : Number(match[1]);
}
