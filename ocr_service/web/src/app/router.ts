import { useSyncExternalStore } from "react";

export type Route =
  | { screen: "queue" }
  | { screen: "review"; id: string }
  | { screen: "cases" }
  | { screen: "case"; id: string }
  | { screen: "exports" }
  | { screen: "audit" }
  | { screen: "certainty" }
  | { screen: "models" }
  | { screen: "forms" }
  | { screen: "categories" }
  | { screen: "unknown" };

/** What a path of the address bar shows. */
export function parseRoute(pathname: string): Route {
  const parts = pathname.split("/").filter((part) => part !== "");
  if (parts.length === 0 || parts[0] === "sign-in") return { screen: "queue" };
  if (parts[0] === "documents") {
    const id = parts[1];
    return id === undefined
      ? { screen: "queue" }
      : { screen: "review", id: decodeURIComponent(id) };
  }
  if (parts[0] === "cases" && parts.length <= 2) {
    const id = parts[1];
    return id === undefined ? { screen: "cases" } : { screen: "case", id: decodeURIComponent(id) };
  }
  if (
    parts.length === 1 &&
    (parts[0] === "exports" ||
      parts[0] === "audit" ||
      parts[0] === "certainty" ||
      parts[0] === "models" ||
      parts[0] === "forms" ||
      parts[0] === "categories")
  )
    return { screen: parts[0] };
  return { screen: "unknown" };
}

export const reviewPath = (id: string) => `/documents/${encodeURIComponent(id)}`;
export const casePath = (id: string) => `/cases/${encodeURIComponent(id)}`;

const listeners = new Set<() => void>();

export function navigate(path: string, { replace = false } = {}): void {
  if (replace) window.history.replaceState(null, "", path);
  else window.history.pushState(null, "", path);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}
