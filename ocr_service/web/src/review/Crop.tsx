import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { type FieldBody, urls } from "../api/client";
import styles from "./FieldEditor.module.css";

interface Props {
  documentId: string;
  field: FieldBody;
  unmask: string | null;
}

/** The ink of one field, cut out of the scan, directly above its input. */
export function Crop({ documentId, field, unmask }: Props) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const url = urls.crop(documentId, field.name, field.sensitivity === "number" ? unmask : null);
  useEffect(() => setFailed(false), [url]);
  if (field.box == null) return <p className={styles.crop_none}>{t("review.cropNone")}</p>;
  return (
    <div className={styles.crop}>
      {failed ? (
        <p className={styles.crop_none}>{t("review.cropFailed")}</p>
      ) : (
        <img
          key={url}
          src={url}
          alt={t("review.crop", { label: field.label })}
          onError={() => setFailed(true)}
        />
      )}
    </div>
  );
}
