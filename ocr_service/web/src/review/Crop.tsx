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

// A strip this many times wider than high is larger to read when it is folded into two halves.
const FOLD_AT = 16;
// The halves overlap, so that a character on the fold is whole in one of them.
const HALF = 0.52;
// Not even so many times wider than high: several lines, or a value over a struck one.
const TALL_BELOW = 4;

/** The ink of one field, cut out of the scan, directly above its input. */
export function Crop({ documentId, field, unmask }: Props) {
  const { t } = useTranslation();
  const address = field.box == null ? null : urls.crop(documentId, field.name, unmask);
  const { url, failed } = useImage(address, address ?? "");
  const [strip, setStrip] = useState<{ url: string; width: number; height: number } | null>(null);
  const [tall, setTall] = useState<string | null>(null);
  if (field.box == null) return <p className={styles.crop_none}>{t("review.cropNone")}</p>;
  const label = t("review.crop", { label: field.label });
  if (strip !== null && strip.url === url) {
    const { width, height } = strip;
    return (
      <div className={`${styles.crop} ${styles.folded}`} role="img" aria-label={label}>
        {[0, width * (1 - HALF)].map((start) => (
          <svg
            key={start}
            viewBox={`${start} 0 ${width * HALF} ${height}`}
            preserveAspectRatio="xMinYMid meet"
            aria-hidden="true"
          >
            <image href={url} width={width} height={height} />
          </svg>
        ))}
      </div>
    );
  }
  return (
    <div className={`${styles.crop} ${url !== null && tall === url ? styles.tall : ""}`}>
      {failed ? <p className={styles.crop_none}>{t("review.cropFailed")}</p> : null}
      {url === null ? null : (
        <img
          src={url}
          alt={label}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => {
            if (width / height >= FOLD_AT) setStrip({ url, width, height });
            if (width / height < TALL_BELOW) setTall(url);
          }}
        />
      )}
    </div>
  );
}
