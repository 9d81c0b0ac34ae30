import { useRef, type Ref } from "react";
import { useTranslation } from "react-i18next";

import type { FieldBody } from "../api/client";
import styles from "./FieldEditor.module.css";
import { controlOf, isDigits, isMasked, SEAL_PRESENT, toggleOption } from "./values";

interface Props {
  field: FieldBody;
  value: string | null;
  readOnly: boolean;
  invalid: boolean;
  describedBy: string;
  onChange: (value: string | null) => void;
  inputRef: Ref<HTMLElement>;
}

type Choice = { value: string | null; label: string };

/** The control of one field, suited to its kind. */
export function FieldInput(props: Props) {
  const { t } = useTranslation();
  switch (controlOf(props.field)) {
    case "one":
      return (
        <Radios
          {...props}
          choices={[...(props.field.options ?? []), { value: null, label: t("review.noMark") }]}
        />
      );
    case "seal":
      return (
        <Radios
          {...props}
          choices={[
            { value: SEAL_PRESENT, label: t("review.sealPresent") },
            { value: null, label: t("review.sealAbsent") },
          ]}
        />
      );
    case "many":
      return <Checkboxes {...props} />;
    default:
      return <Text {...props} />;
  }
}

function Text({ field, value, readOnly, invalid, describedBy, onChange, inputRef }: Props) {
  const own = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const digits = isDigits(field);
  const control = controlOf(field);
  const multiline = control === "multiline";
  const select = digits || control === "date";
  // Short codes are mostly typed anew, words are mostly mended at the end.
  const onFocus = () => {
    const end = own.current?.value.length ?? 0;
    own.current?.setSelectionRange(select ? 0 : end, end);
  };
  const common = {
    id: "field-input",
    className: `${styles.input} ${digits ? styles.digits : ""}`,
    value: value ?? "",
    readOnly: readOnly || isMasked(field),
    lang: "ja",
    autoComplete: "off",
    spellCheck: false,
    "aria-invalid": invalid,
    "aria-describedby": describedBy,
    "data-field-input": "",
    onFocus,
    onChange: (event: { target: { value: string } }) =>
      onChange(event.target.value === "" ? null : event.target.value),
  };
  const ref = (element: (HTMLInputElement & HTMLTextAreaElement) | null) => {
    own.current = element;
    assign(inputRef, element);
  };
  return multiline ? (
    <textarea {...common} ref={ref} rows={3} />
  ) : (
    <input {...common} ref={ref} type="text" inputMode={digits ? "numeric" : "text"} />
  );
}

function Radios({
  field,
  value,
  readOnly,
  describedBy,
  onChange,
  inputRef,
  choices,
}: Props & { choices: readonly Choice[] }) {
  const chosen = choices.findIndex((c) => (c.value ?? "") === (value ?? ""));
  return (
    <div
      className={styles.choices}
      role="radiogroup"
      aria-label={field.label}
      aria-describedby={describedBy}
    >
      {choices.map((choice, index) => (
        <label key={choice.value ?? ""} className={styles.choice}>
          <input
            type="radio"
            name={`field-${field.name}`}
            checked={index === chosen}
            disabled={readOnly}
            data-field-input=""
            ref={index === Math.max(chosen, 0) ? (inputRef as Ref<HTMLInputElement>) : null}
            onChange={() => onChange(choice.value)}
          />
          <span>{choice.label}</span>
          <kbd aria-hidden="true">{choice.value === null ? 0 : index + 1}</kbd>
        </label>
      ))}
    </div>
  );
}

function Checkboxes({ field, value, readOnly, describedBy, onChange, inputRef }: Props) {
  const chosen = new Set((value ?? "").split(","));
  return (
    <div
      className={styles.choices}
      role="group"
      aria-label={field.label}
      aria-describedby={describedBy}
    >
      {(field.options ?? []).map((option, index) => (
        <label key={option.value} className={styles.choice}>
          <input
            type="checkbox"
            checked={chosen.has(option.value)}
            disabled={readOnly}
            data-field-input=""
            ref={index === 0 ? (inputRef as Ref<HTMLInputElement>) : null}
            onChange={() => onChange(toggleOption(field, value, option.value))}
          />
          <span>{option.label}</span>
          {index < 9 ? <kbd aria-hidden="true">{index + 1}</kbd> : null}
        </label>
      ))}
    </div>
  );
}

/** What pressing a digit makes of the value of a mark or seal; undefined when it means nothing. */
export function choiceByDigit(
  field: FieldBody,
  value: string | null,
  digit: number,
): string | null | undefined {
  const control = controlOf(field);
  if (control === "seal") return digit === 1 ? SEAL_PRESENT : digit === 0 ? null : undefined;
  if (control !== "one" && control !== "many") return undefined;
  if (digit === 0) return null;
  const option = (field.options ?? [])[digit - 1];
  if (option === undefined) return undefined;
  return control === "one" ? option.value : toggleOption(field, value, option.value);
}

function assign<T>(ref: Ref<T>, value: T | null): void {
  if (typeof ref === "function") ref(value);
  else if (ref !== null) ref.current = value;
}
