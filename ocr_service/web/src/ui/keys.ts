import { useSyncExternalStore } from "react";

/** True when keys go into words that are being typed. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement
    ? !["radio", "checkbox", "button", "submit"].includes(target.type)
    : target.isContentEditable;
}

// Single keys (`/`, `?`, 1–3) can be turned off: they get in the way of speech input.
const STORED = "single-keys";
let enabled = read();
const listeners = new Set<() => void>();

export function useSingleKeys(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(subscribe, () => enabled);
  return [on, setSingleKeys];
}

function setSingleKeys(on: boolean): void {
  enabled = on;
  try {
    window.localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // Kept for this page only where the browser keeps nothing.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function read(): boolean {
  try {
    return window.localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}
