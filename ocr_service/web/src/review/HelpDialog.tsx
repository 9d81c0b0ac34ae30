import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import { Dialog } from "../ui/Dialog";
import { useSingleKeys } from "../ui/keys";
import styles from "./dialogs.module.css";

const GROUPS = [
  {
    group: "fields",
    keys: [
      [["Enter"], "accept"],
      [["Alt+↑", "Alt+↓"], "fields"],
      [["Alt+1", "Alt+2", "Alt+3"], "alternative"],
      [["1…9", "0"], "option"],
      [["Shift+Enter"], "newline"],
      [["Ctrl+Z", "Ctrl+Y"], "undo"],
    ],
  },
  {
    group: "viewer",
    keys: [
      [["Esc"], "toViewer"],
      [["Alt+Shift+↑↓←→"], "pan"],
      [["↑↓←→"], "panHere"],
      [["+", "-", "0", "W", "R"], "zoom"],
    ],
  },
  {
    group: "document",
    keys: [
      [["Ctrl+Enter"], "confirm"],
      [["F4"], "return"],
      [["F8"], "reject"],
      [["F2"], "release"],
      [["F9"], "category"],
      [["?", "F1"], "help"],
    ],
  },
  {
    group: "queue",
    keys: [
      [["↑", "↓"], "move"],
      [["Enter"], "open"],
      [["/"], "filter"],
      [["Ctrl+Enter"], "next"],
    ],
  },
] as const;

/** All keys, and the switch for the single ones. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [singleKeys, setSingleKeys] = useSingleKeys();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose} wide>
      <div className={styles.help}>
        {GROUPS.map(({ group, keys }) => (
          <section key={group}>
            <h3>{t(`shortcuts.groups.${group}`)}</h3>
            <dl>
              {keys.map(([combinations, action]) => (
                <Fragment key={action}>
                  <dt>
                    {combinations.map((combination) => (
                      <kbd key={combination}>{combination}</kbd>
                    ))}
                  </dt>
                  <dd>{t(`shortcuts.${action}`)}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className={styles.next}>
        <input
          type="checkbox"
          checked={singleKeys}
          onChange={(event) => setSingleKeys(event.target.checked)}
        />
        {t("shortcuts.single")}
      </label>
    </Dialog>
  );
}
