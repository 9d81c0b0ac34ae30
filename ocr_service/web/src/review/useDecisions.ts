import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem, type DecisionRequest, type DocumentBody, type FormRef } from "../api/client";
import { claimNext, keys, useDocumentActions } from "../api/queries";
import { navigate, reviewPath } from "../app/router";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { draftStore } from "./draft";

// Whether the next document opens by itself; stays as it was chosen.
let preferredNext = true;

interface Hooks {
  /** A newer suggestion came first: nothing was decided. */
  onStale: () => void;
  /** The decision was refused for the value of this field. */
  onInvalid: (field: string | null, message: string) => void;
  onDone: () => void;
}

/** Sends decisions; the screen goes on only after the service has answered. */
export function useDecisions(document: DocumentBody, hooks: Hooks) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const cache = useQueryClient();
  const actions = useDocumentActions();
  const [error, setError] = useState<string | null>(null);
  const [openNext, setOpenNextState] = useState(preferredNext);
  const [leaving, setLeaving] = useState(false);
  const { id } = document;

  const toQueue = () => navigate("/");
  const goOn = async (done: string) => {
    setLeaving(true);
    let next: string | null = null;
    try {
      next = openNext ? await claimNext(id) : null;
    } catch {
      // The decision is made; not finding the next document must not look as if it were not.
    }
    void cache.invalidateQueries({ queryKey: keys.documents });
    if (next === null) {
      notify(openNext ? `${done} ${t("review.doneEmpty")}` : done);
      toQueue();
    } else {
      notify(`${done} ${t("review.doneNext")}`);
      navigate(reviewPath(next));
    }
  };
  const refused = (cause: unknown) => {
    if (!(cause instanceof ApiProblem)) setError(problem(cause));
    else if (cause.code === "suggestion.stale") hooks.onStale();
    else if (cause.code === "decision.invalid") hooks.onInvalid(cause.field, problem(cause));
    else setError(problem(cause));
  };
  const decide = (body: DecisionRequest) => {
    setError(null);
    actions.decide.mutate(
      { id, body },
      {
        onSuccess: (decision) => {
          draftStore.forget(id);
          cache.setQueryData(keys.decision(id), decision);
          const first = body.action === "confirm" && decision.state === "awaiting_review";
          hooks.onDone();
          void goOn(t(`review.done.${first ? "first" : body.action}`));
        },
        onError: refused,
      },
    );
  };
  const release = ({ quietly = false, keepDraft = false } = {}) => {
    if (!keepDraft) draftStore.forget(id);
    actions.release.mutate(id, {
      onSuccess: () => {
        if (!quietly) notify(t("review.done.release"));
        toQueue();
      },
      // Leaving is never held up: a claim that could not be given back runs out by itself.
      onError: (cause) => {
        if (!quietly) notify(problem(cause), "error");
        toQueue();
      },
    });
  };
  const pin = (form: FormRef) => {
    setError(null);
    actions.pin.mutate(
      { id, form_id: form.id, revision: form.revision },
      {
        onSuccess: (changed) => {
          cache.setQueryData(keys.document(id), changed);
          hooks.onDone();
          notify(t("review.done.pin"));
        },
        onError: refused,
      },
    );
  };
  return {
    decide,
    release,
    pin,
    error,
    clearError: () => setError(null),
    openNext,
    setOpenNext: (on: boolean) => {
      preferredNext = on;
      setOpenNextState(on);
    },
    busy: actions.decide.isPending || actions.release.isPending || actions.pin.isPending || leaving,
  };
}
