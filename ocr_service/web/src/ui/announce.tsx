import { useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import styles from "./announce.module.css";
import { Button } from "./Button";
import { Icon } from "./icons";

interface Message {
  id: number;
  text: string;
  tone: "success" | "error";
}

let spoken = "";
let flip = false;
let toast: Message | null = null;
let count = 0;
const listeners = new Set<() => void>();

const publish = () => {
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** Says something to people who listen to the screen; nothing is shown. */
export function announce(text: string): void {
  // The same words twice are spoken twice only if the text differs.
  flip = !flip;
  spoken = flip ? text : `${text}\u00a0`;
  publish();
}

/** Shows and says a short message that needs no answer. */
export function notify(text: string, tone: Message["tone"] = "success"): void {
  count += 1;
  toast = { id: count, text, tone };
  publish();
}

const TOAST_MS = 6_000;

export function Announcer() {
  const { t } = useTranslation();
  const text = useSyncExternalStore(subscribe, () => spoken);
  const message = useSyncExternalStore(subscribe, () => toast);
  useEffect(() => {
    // Errors stay until they are closed.
    if (message === null || message.tone === "error") return;
    const timer = window.setTimeout(dismiss, TOAST_MS);
    return () => window.clearTimeout(timer);
  }, [message]);
  return (
    <>
      <div className="visually-hidden" aria-live="polite" aria-atomic="true">
        {text}
      </div>
      <section className={styles.region} aria-label={t("app.notifications")} aria-live="polite">
        {message === null ? null : (
          <div key={message.id} className={`${styles.toast} ${styles[message.tone]}`}>
            <Icon name={message.tone === "success" ? "check" : "error"} />
            <span>{message.text}</span>
            <Button look="bare" small onPress={dismiss} aria-label={t("app.close")}>
              <Icon name="close" size={16} />
            </Button>
          </div>
        )}
      </section>
    </>
  );
}

function dismiss(): void {
  toast = null;
  publish();
}
