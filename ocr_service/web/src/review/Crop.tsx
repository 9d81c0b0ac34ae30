import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type FieldBody, urls } from "../api/client";
import styles from "./FieldEditor.module.css";
import { useImage } from "./useImage";

interface Props {
  documentId: string;
  field: FieldBody;
  unmask: string | null;
}

// A strip this many times wider than high is folded into two halves, to be read without zooming.
const FOLD_AT = 11;

/** The ink of one field, cut out of the scan, directly above its input. */
export function Crop({ documentId, field, unmask }: Props) {
  const { t } = useTranslation();
  const address = field.box == null ? null : urls.crop(documentId, field.name, unmask);
  const { url, failed } = useImage(address, address ?? "");
  const [folded, setFolded] = useState<string | null>(null);
  if (field.box == null) return <p className={styles.crop_none}>{t("review.cropNone")}</p>;
  const image = (alt: string) =>
    url === null ? null : (
      <img
        src={url}
        alt={alt}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
          if (naturalWidth / naturalHeight >= FOLD_AT) setFolded(url);
        }}
      />
    );
  const label = t("review.crop", { label: field.label });
  if (folded !== null && folded === url)
    return (
      <div className={`${styles.crop} ${styles.folded}`}>
        <div className={styles.half}>{image(label)}</div>
        <div className={styles.half}>{image("")}</div>
      </div>
    );
  return (
    <div className={styles.crop}>
      {failed ? <p className={styles.crop_none}>{t("review.cropFailed")}</p> : image(label)}
    </div>
  );
}
