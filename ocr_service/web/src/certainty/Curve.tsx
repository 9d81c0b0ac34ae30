import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { EstimateBody, ThresholdBody } from "../api/client";
import page from "../ui/Page.module.css";
import styles from "./Certainty.module.css";
import { across, count, FRAME, path, percent, SHARES, startAt, tick, up, wrongOf } from "./numbers";

/** Errors left by share reviewed, with a slider over the threshold and the numbers as a table. */
export function Curve({ overall }: { overall: EstimateBody }) {
  const { t } = useTranslation();
  const label = useId();
  const curve = [...overall.curve].reverse();
  const today = overall.doubtful.of / overall.fields;
  const wanted = overall.target?.point?.threshold ?? null;
  const [chosen, setChosen] = useState(() => startAt(curve, wanted, today));
  const point = curve[Math.min(chosen, curve.length - 1)];
  if (point === undefined) return null;
  const told = t("certainty.chosen", {
    threshold: point.threshold,
    reviewed: percent(point.reviewed),
    unreviewed: count(point.unreviewed),
    wrong: count(wrongOf(point), 1),
  });
  return (
    <section className={styles.curve} aria-labelledby={label}>
      <h2 id={label}>{t("certainty.curve")}</h2>
      <div className={page.panel}>
        <Picture curve={curve} overall={overall} chosen={point} />
      </div>
      <label className={page.field}>
        {t("certainty.threshold")}
        <input
          type="range"
          min={0}
          max={curve.length - 1}
          value={chosen}
          aria-valuetext={told}
          onChange={(event) => setChosen(Number(event.target.value))}
        />
      </label>
      <output className={styles.headline}>{told}</output>
      <details>
        <summary>{t("certainty.table")}</summary>
        <Numbers curve={curve} />
      </details>
    </section>
  );
}

interface PictureProps {
  curve: readonly ThresholdBody[];
  overall: EstimateBody;
  chosen: ThresholdBody;
}

function Picture({ curve, overall, chosen }: PictureProps) {
  const { t } = useTranslation();
  const { left, right, top, bottom, width } = FRAME;
  const seen = curve.map((p) => [across(p.reviewed), up(p.corrected.rate)] as const);
  const told = curve.map((p) => [across(p.reviewed), up(p.expected / p.unreviewed)] as const);
  const high = curve.map((p) => [across(p.reviewed), up(p.corrected.high)] as const);
  const low = curve.map((p) => [across(p.reviewed), up(p.corrected.low)] as const);
  const now = [across(overall.doubtful.of / overall.fields), up(overall.sure.rate)] as const;
  return (
    <svg
      className={styles.picture}
      viewBox="0 0 660 350"
      role="img"
      aria-label={t("certainty.picture")}
    >
      {SHARES.map((share) => (
        <g key={share}>
          <path className={styles.grid} d={`M${left} ${up(share)}h${width}`} />
          <text x={left - 8} y={up(share) + 4} textAnchor="end">
            {tick(share)}
          </text>
        </g>
      ))}
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <text key={share} x={across(share)} y={bottom + 20} textAnchor="middle">
          {percent(share, 0)}
        </text>
      ))}
      <path className={styles.axis} d={`M${left} ${top}V${bottom}h${width}`} />
      <text x={(left + right) / 2} y={bottom + 44} textAnchor="middle">
        {t("certainty.across")}
      </text>
      <polygon className={styles.band} points={path([...high, ...low.reverse()])} />
      <polyline className={styles.told} points={path(told)} />
      <polyline className={styles.seen} points={path(seen)} />
      <path className={styles.now} d={`M${now[0]} ${now[1] - 7}l7 7l-7 7l-7 -7z`} />
      <path className={styles.cursor} d={`M${across(chosen.reviewed)} ${top}V${bottom}`} />
      <Legend />
    </svg>
  );
}

function Legend() {
  const { t } = useTranslation();
  const x = FRAME.right - 220;
  const y = (row: number) => FRAME.top + 14 + 20 * row;
  return (
    <g>
      <path className={styles.told} d={`M${x} ${y(0)}h24`} />
      <path className={styles.seen} d={`M${x} ${y(1)}h24`} />
      <path className={styles.now} d={`M${x + 12} ${y(2) - 7}l7 7l-7 7l-7 -7z`} />
      <path className={styles.cursor} d={`M${x + 12} ${y(3) - 8}v16`} />
      {(["told", "seen", "today", "cursor"] as const).map((word, row) => (
        <text key={word} x={x + 32} y={y(row) + 4}>
          {t(`certainty.legend.${word}`)}
        </text>
      ))}
    </g>
  );
}

function Numbers({ curve }: { curve: readonly ThresholdBody[] }) {
  const { t } = useTranslation();
  const heads = ["threshold", "reviewed", "unreviewed", "expected", "corrected"] as const;
  return (
    <div className={page.panel}>
      <table className={page.table}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" className={page.number}>
                {t(`certainty.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {curve.map(({ threshold, reviewed, unreviewed, expected, corrected }) => (
            <tr key={threshold}>
              <td className={page.number}>{threshold}</td>
              <td className={page.number}>{percent(reviewed)}</td>
              <td className={page.number}>{count(unreviewed)}</td>
              <td className={page.number}>{count(expected, 1)}</td>
              <td className={page.number}>
                {count(corrected.count)}（{count(corrected.low * corrected.of)}〜
                {count(corrected.high * corrected.of)}）
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
