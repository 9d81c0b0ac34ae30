import type { Ref } from "react";
import { useTranslation } from "react-i18next";

import type { FieldBody, FindingBody } from "../api/client";
import { useFormats } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import { Crop } from "./Crop";
import styles from "./FieldEditor.module.css";
import { findingText } from "./findingText";
import { FieldInput } from "./FieldInput";
import type { Status } from "./ordering";
import { SEVERITY_LOOK, STATUS_LOOK } from "./status";
import { controlOf, display, isMalformed, isMasked, levelOf, tidy } from "./values";
import { toWareki } from "./wareki";

interface Props {
  documentId: string;
  field: FieldBody;
  value: string | null;
  edited: boolean;
  status: Status;
  findings: readonly FindingBody[];
  position: { at: number; total: number };
  readOnly: boolean;
  unmask: string | null;
  /** Whether another field is waiting to be looked at. */
  more: boolean;
  inputRef: Ref<HTMLElement>;
  onChange: (value: string | null) => void;
  onAccept: () => void;
  onReset: () => void;
  onStep: (step: 1 | -1) => void;
  onUnmask: () => void;
}

/** The field that is worked on, always in the same place: ink, input, other readings. */
export function FieldEditor(props: Props) {
  const { field, value, edited, findings, readOnly } = props;
  const { t, i18n } = useTranslation();
  const tidied = tidy(field, value);
  const malformed = edited && isMalformed(field, tidied);
  return (
    <section className={styles.editor} aria-labelledby="field-label">
      <Head {...props} />
      <Crop documentId={props.documentId} field={field} unmask={props.unmask} />
      <div className={styles.control}>
        <FieldInput
          key={field.name}
          field={field}
          value={value}
          readOnly={readOnly}
          invalid={malformed}
          describedBy="field-notes"
          onChange={props.onChange}
          inputRef={props.inputRef}
        />
        {controlOf(field) === "date" ? (
          <output className={styles.wareki} htmlFor="field-input">
            <span className="visually-hidden">{t("review.wareki")} </span>
            {(tidied === null ? null : toWareki(tidied)) ?? "—"}
          </output>
        ) : null}
      </div>
      <div id="field-notes" className={styles.notes}>
        {malformed ? (
          <p className={styles.malformed}>
            <Icon name="error" size={16} />
            {t(`review.malformed.${field.kind as "date"}`)}
          </p>
        ) : null}
        {findings.map((finding) => (
          <p key={finding.rule + finding.message} className={styles[finding.severity]}>
            <Icon name={SEVERITY_LOOK[finding.severity].icon} size={16} />
            <span>
              <b>{t(`review.severity.${finding.severity}`)}</b>{" "}
              {findingText(finding, i18n.language)}
            </span>
          </p>
        ))}
        {field.kind === "date" && !readOnly && (tidied === null || toWareki(tidied) === null) ? (
          <p className={styles.hint}>{t("review.dateHint")}</p>
        ) : null}
        <Corrections field={field} />
        {field.hint ? <p className={styles.hint}>{field.hint}</p> : null}
      </div>
      {isMasked(field) && !readOnly ? (
        <div className={styles.masked}>
          <Icon name="lock" />
          {t("review.masked")}
          <Button small onPress={props.onUnmask}>
            {t("review.unmask")}
          </Button>
        </div>
      ) : null}
      <Evidence {...props} />
      {readOnly ? null : <Actions {...props} />}
    </section>
  );
}

/** How the paper was corrected: a seal by what was struck out, correction fluid. */
function Corrections({ field }: Pick<Props, "field">) {
  const { t } = useTranslation();
  const seal = field.correction_seal ?? null;
  return (
    <>
      {seal === null ? null : (
        <p className={seal ? styles.hint : styles.warning}>
          {t(seal ? "review.correctionSeal" : "review.correctionSealNone")}
        </p>
      )}
      {field.correction_fluid === true ? (
        <p className={styles.warning}>{t("review.correctionFluid")}</p>
      ) : null}
    </>
  );
}

function Head({ field, status, position, onStep }: Props) {
  const { t } = useTranslation();
  const look = STATUS_LOOK[status];
  return (
    <div className={styles.head}>
      <div className={styles.name}>
        <label id="field-label" className={styles.label} htmlFor="field-input">
          {field.section === "" || field.section === undefined ? null : (
            <span className={styles.section}>{field.section}</span>
          )}
          {field.label}
        </label>
        <span className={styles.badges}>
          {field.required === true ? <Badge tone="error">{t("review.required")}</Badge> : null}
          {field.critical === true ? <Badge tone="caution">{t("review.critical")}</Badge> : null}
          {field.state === "read" ? null : (
            <Badge tone="plain">{t(`review.fieldState.${field.state}`)}</Badge>
          )}
          {field.source === "derived" ? <Badge>{t("review.derived")}</Badge> : null}
          {status === "blank" || status === "fine" ? null : (
            <Badge tone={look.tone} icon={look.icon}>
              {t(`review.status.${status}`)}
            </Badge>
          )}
        </span>
      </div>
      <span className={styles.step}>
        <Button look="bare" small aria-label={t("review.previous")} onPress={() => onStep(-1)}>
          <Icon name="back" size={16} />
        </Button>
        <span className={styles.position}>{t("review.position", position)}</span>
        <Button look="bare" small aria-label={t("review.nextField")} onPress={() => onStep(1)}>
          <Icon name="forward" size={16} />
        </Button>
      </span>
    </div>
  );
}

function Evidence({ field, value, edited, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const { percent } = useFormats();
  const level = levelOf(field.confidence);
  const words = { present: t("review.sealPresent") };
  const others = (field.alternatives ?? []).filter((a) => a.value !== field.value).slice(0, 3);
  const chosen = controlOf(field);
  const isText = chosen === "text" || chosen === "multiline" || chosen === "date";
  return (
    <div className={styles.evidence}>
      <dl className={styles.facts}>
        {field.state === "blank" ? null : (
          <div>
            <dt className="visually-hidden">{t(`review.confidence.${level}`)}</dt>
            <dd className={styles[level]}>
              <Gauge value={field.confidence} />
              {t(`review.confidence.${level}`)} {percent(field.confidence)}
            </dd>
          </div>
        )}
        {isText && !isMasked(field) ? (
          <div>
            <dt>{t("review.rawText")}</dt>
            <dd className={styles.raw}>
              {field.raw_text === "" ? t("review.rawNone") : field.raw_text}
            </dd>
          </div>
        ) : null}
        {edited || (chosen === "one" && (field.value ?? "").includes(",")) ? (
          <div>
            <dt>{t("review.suggested")}</dt>
            <dd className={styles.raw}>
              {display(field, field.value, words) || t("review.empty")}
            </dd>
          </div>
        ) : null}
      </dl>
      {others.length === 0 || readOnly ? null : (
        <div className={styles.alternatives} role="group" aria-label={t("review.alternatives")}>
          {others.map((other, index) => (
            <button
              key={other.value}
              type="button"
              className={styles.alternative}
              aria-pressed={value === other.value}
              aria-keyshortcuts={`Alt+${index + 1}`}
              onClick={() => onChange(other.value)}
            >
              <kbd>Alt+{index + 1}</kbd>
              <span className={styles.reading}>{display(field, other.value, words)}</span>
              <span className={styles.percent}>{percent(other.confidence)}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function Actions({ value, edited, more, onAccept, onReset, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.actions}>
      <Button look="secondary" small onPress={onAccept}>
        <Icon name="check" size={16} />
        {t(more ? "review.accept" : "review.acceptLast")} <kbd>Enter</kbd>
      </Button>
      <Button look="quiet" small isDisabled={!edited} onPress={onReset}>
        <Icon name="undo" size={16} />
        {t("review.reset")}
      </Button>
      <Button look="quiet" small isDisabled={value === null} onPress={() => onChange(null)}>
        {t("review.clear")}
      </Button>
    </div>
  );
}

function Gauge({ value }: { value: number }) {
  return (
    <svg width={40} height={8} aria-hidden="true" className={styles.gauge}>
      <rect className={styles.gauge_room} width={40} height={8} rx={4} />
      <rect className={styles.gauge_level} width={Math.max(4, 40 * value)} height={8} rx={4} />
    </svg>
  );
}
