import type { ReactNode } from "react";

import { Icon } from "./icons";
import styles from "./Notice.module.css";

type Tone = "error" | "warning" | "success" | "info";

const ICONS = { error: "error", warning: "alert", success: "check", info: "info" } as const;

/** A message in its place on the screen; errors are spoken at once. */
export function Notice({
  tone,
  children,
  action,
}: {
  tone: Tone;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      className={`${styles.notice} ${styles[tone]}`}
      role={tone === "error" ? "alert" : "status"}
    >
      <Icon name={ICONS[tone]} />
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  );
}
