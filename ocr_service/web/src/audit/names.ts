import { useTranslation } from "react-i18next";

/** What people call actions, actors and subjects, whose names in the record are `kind:id`. */
export function useAuditNames() {
  const { t, i18n } = useTranslation();
  const known = (key: string, otherwise: string, values: Record<string, string> = {}) =>
    i18n.exists(key) ? t(key, values) : otherwise;
  return {
    action: (action: string) => known(`audit.actions.${action}`, action),
    actor: (actor: string) => {
      return known(`audit.actors.${kindOf(actor)}`, actor, { id: idOf(actor) });
    },
    subject: (subject: string) => {
      return known(`audit.subjects.${kindOf(subject)}`, kindOf(subject));
    },
  };
}

const kindOf = (name: string) => name.slice(0, name.indexOf(":"));
export const idOf = (name: string) => name.slice(name.indexOf(":") + 1);
