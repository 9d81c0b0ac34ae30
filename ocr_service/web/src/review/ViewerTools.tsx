import { useTranslation } from "react-i18next";

import type { PageBody } from "../api/client";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import type { ViewControl } from "./useView";
import styles from "./Viewer.module.css";

export const ZOOM = 1.25;

interface Props {
  pages: readonly PageBody[];
  page: PageBody;
  scale: number;
  control: ViewControl;
  follow: boolean;
  onPage: (number: number) => void;
  onRotate: () => void;
  onFollow: (follow: boolean) => void;
}

/** The bar above the page: which page, how large, which way up, and what its quality is. */
export function ViewerTools(props: Props) {
  const { pages, page, scale, control, follow, onPage, onRotate, onFollow } = props;
  const { t } = useTranslation();
  return (
    <div className={styles.tools}>
      {pages.length > 1 ? (
        <div className={styles.pages} role="group" aria-label={t("viewer.pages")}>
          {pages.map((p) => (
            <button
              key={p.number}
              type="button"
              className={styles.page}
              aria-pressed={p.number === page.number}
              onClick={() => onPage(p.number)}
            >
              {t(p.quality.ok ? "viewer.page" : "viewer.pageProblem", { number: p.number })}
            </button>
          ))}
        </div>
      ) : null}
      <Button
        look="quiet"
        small
        aria-label={t("viewer.zoomOut")}
        onPress={() => control.zoom(1 / ZOOM)}
      >
        <Icon name="minus" />
      </Button>
      <Button
        look="quiet"
        small
        aria-label={t("viewer.zoomIn")}
        onPress={() => control.zoom(ZOOM)}
      >
        <Icon name="plus" />
      </Button>
      <span className={styles.zoom}>{Math.round(scale * 100)}%</span>
      <Button look="quiet" small onPress={control.fitWidth}>
        <Icon name="width" />
        {t("viewer.fitWidth")}
      </Button>
      <Button look="quiet" small onPress={control.fitPage}>
        <Icon name="page" />
        {t("viewer.fitPage")}
      </Button>
      <Button look="quiet" small onPress={onRotate}>
        <Icon name="rotate" />
        {t("viewer.rotate")}
      </Button>
      {page.quality.ok ? null : (
        <Badge tone="warning" icon="alert">
          {page.quality.messages.join("、")}
        </Badge>
      )}
      <label className={styles.follow}>
        <input type="checkbox" checked={follow} onChange={(e) => onFollow(e.target.checked)} />
        {t("viewer.follow")}
      </label>
    </div>
  );
}
