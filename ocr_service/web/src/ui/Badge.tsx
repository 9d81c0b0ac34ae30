import type { ReactNode } from "react";

import styles from "./Badge.module.css";
import { Icon, type IconName } from "./icons";

export type Tone = "error" | "warning" | "caution" | "success" | "info" | "primary" | "plain";

export function Badge({
  tone = "plain",
  icon,
  children,
}: {
  tone?: Tone;
  icon?: IconName;
  children: ReactNode;
}) {
  return (
    <span className={`${styles.badge} ${styles[tone]}`}>
      {icon === undefined ? null : <Icon name={icon} size={13} />}
      {children}
    </span>
  );
}
