import { useRef } from "react";
import { useTranslation } from "react-i18next";

import type { FindingBody } from "../api/client";
import { Icon } from "../ui/icons";
import type { Order } from "./ordering";
import styles from "./Workbench.module.css";

interface Props {
  order: Order;
  onOrder: (order: Order) => void;
  count: number;
  findings: readonly FindingBody[];
  open: boolean;
  onToggle: (open: boolean) => void;
}

/** Heading of the list: number of fields, findings (always in reach), and the order. */
export function ListTools({ order, onOrder, count, findings, open, onToggle }: Props) {
  const { t } = useTranslation();
  const bar = useRef<HTMLDivElement>(null);
  const errors = findings.filter((f) => f.severity === "error").length;
  return (
    <>
      <div className={styles.orders} ref={bar}>
        <h2>{t("review.fieldCount", { count })}</h2>
        {findings.length === 0 ? null : (
          <button
            type="button"
            className={`${styles.jump} ${errors > 0 ? styles.jump_error : ""}`}
            onClick={() => {
              onToggle(true);
              bar.current?.parentElement?.scrollTo({ top: 0 });
            }}
          >
            <Icon name={errors > 0 ? "error" : "alert"} size={16} />
            {t("review.findings")} {findings.length}
          </button>
        )}
        <fieldset className={styles.segments}>
          <legend className="visually-hidden">{t("review.order")}</legend>
          {(["doubtful", "form"] as const).map((value) => (
            <label key={value}>
              <input
                type="radio"
                name="order"
                checked={order === value}
                onChange={() => onOrder(value)}
              />
              {t(value === "doubtful" ? "review.orderDoubtful" : "review.orderForm")}
            </label>
          ))}
        </fieldset>
      </div>
      <h3 className={styles.subheading}>
        <button type="button" aria-expanded={open} onClick={() => onToggle(!open)}>
          <Icon name={open ? "minus" : "plus"} size={14} />
          {t("review.findings")} <span>{findings.length}</span>
        </button>
      </h3>
    </>
  );
}
