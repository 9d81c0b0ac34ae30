import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Notice } from "./Notice";

interface Props {
  title: string;
  /** What is done with it, as its button says. */
  action: string;
  /** False as long as something is missing, or while it is being sent. */
  ready: boolean;
  lead?: string;
  error?: string | null;
  children?: ReactNode;
  onSubmit: () => void;
  onClose: () => void;
}

/** Asks for what one action needs; Enter sends it, Esc leaves everything as it is. */
export function AskDialog(props: Props) {
  const { title, action, ready, lead, error = null, children, onSubmit, onClose } = props;
  const { t } = useTranslation();
  const form = useId();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onPress={onClose}>
            {t("app.cancel")}
          </Button>
          <Button look="primary" type="submit" form={form} isDisabled={!ready}>
            {action}
          </Button>
        </>
      }
    >
      {lead === undefined ? null : <p>{lead}</p>}
      {error === null ? null : <Notice tone="error">{error}</Notice>}
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onSubmit();
        }}
      >
        {children}
      </form>
    </Dialog>
  );
}
