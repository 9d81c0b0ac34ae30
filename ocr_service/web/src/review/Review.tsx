import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { DocumentBody } from "../api/client";
import { keys, useDecision, useDocument, useDocumentActions, useSuggestion } from "../api/queries";
import { Link } from "../app/Link";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { Workbench } from "./Workbench";
import styles from "./Workbench.module.css";

const DECIDED = ["confirmed", "returned", "rejected", "exported"];
const CLAIM_AGAIN_MS = 240_000;

/** Loads one document, takes it for this reviewer, and shows what can be done in its state. */
export function Review({ id }: { id: string }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const cache = useQueryClient();
  const document = useDocument(id);
  const state = document.data?.state;
  const readable = state !== undefined && !["received", "processing", "failed"].includes(state);
  const suggestion = useSuggestion(id, readable);
  const decision = useDecision(id, state !== undefined && DECIDED.includes(state));
  const [stale, setStale] = useState(false);
  const claiming = useClaim(document.data);

  // A document that was read again has a newer suggestion than the one at hand.
  const newest = document.data?.suggestion_id ?? null;
  const shown = suggestion.data?.id ?? null;
  useEffect(() => {
    if (readable && shown !== null && newest !== null && newest !== shown)
      void cache.invalidateQueries({ queryKey: keys.suggestion(id) });
  }, [cache, id, newest, shown, readable]);

  const error = document.error ?? suggestion.error;
  if (error !== null && (document.data === undefined || suggestion.data === undefined))
    return (
      <div className={page.page}>
        <Notice
          tone="error"
          action={
            <Button
              onPress={() => {
                void document.refetch();
                if (readable) void suggestion.refetch();
              }}
            >
              {t("app.reload")}
            </Button>
          }
        >
          {problem(error)}
        </Notice>
        <Link href="/">{t("app.toQueue")}</Link>
      </div>
    );
  if (document.data === undefined) return <Loading />;
  if (!readable) return <NotReadable document={document.data} />;
  // Not before the claim is answered: what is typed into a page that turns from one to read into
  // one to work on within a moment would be lost.
  if (claiming || suggestion.data === undefined || (newest !== null && newest !== shown))
    return <Loading />;
  const mine = document.data.state === "in_review" && document.data.claimed_by_me === true;
  return (
    <Workbench
      key={suggestion.data.id}
      document={document.data}
      suggestion={suggestion.data}
      decision={DECIDED.includes(document.data.state) ? (decision.data ?? null) : null}
      editable={mine}
      second={
        !document.data.awaits_second
          ? null
          : t(document.data.first_confirmed_by_me ? "review.secondMine" : "review.second")
      }
      readOnlyReason={
        mine || document.data.state === "awaiting_review"
          ? null
          : document.data.state === "in_review"
            ? t("review.readOnly.other", { name: document.data.claimed_by ?? "" })
            : t("review.readOnly.done", { state: t(`state.${document.data.state}`) })
      }
      stale={stale}
      onStale={() => {
        setStale(true);
        void cache.invalidateQueries({ queryKey: keys.document(id) });
        void cache.invalidateQueries({ queryKey: keys.suggestion(id) });
      }}
    />
  );
}

/**
 * Claims a waiting document, and keeps the claim as long as somebody works here. True until the
 * first claim is answered; a later one, of a lease that ran out, leaves the page as it is.
 */
function useClaim(document: DocumentBody | undefined): boolean {
  const { problem } = useFormats();
  const { claim } = useDocumentActions();
  const [answered, setAnswered] = useState(false);
  const tried = useRef(0);
  const active = useRef(false);
  const { mutate } = claim;
  const id = document?.id;
  const version = document?.version;
  const waiting = document?.state === "awaiting_review";
  const mine = document?.state === "in_review" && document.claimed_by_me === true;
  useEffect(() => {
    if (id === undefined || version === undefined || !waiting || tried.current === version) return;
    tried.current = version;
    mutate(id, {
      onError: (error) => notify(problem(error), "error"),
      onSettled: () => setAnswered(true),
    });
  }, [id, version, waiting, mutate, problem]);
  useEffect(() => {
    if (id === undefined || !mine) return;
    const act = () => {
      active.current = true;
    };
    const timer = window.setInterval(() => {
      if (active.current) mutate(id);
      active.current = false;
    }, CLAIM_AGAIN_MS);
    window.addEventListener("keydown", act);
    window.addEventListener("pointerdown", act);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("keydown", act);
      window.removeEventListener("pointerdown", act);
    };
  }, [id, mine, mutate]);
  return waiting && !answered;
}

function Loading() {
  const { t } = useTranslation();
  return (
    <p className={page.waiting} role="status">
      {t("app.loading")}
    </p>
  );
}

function NotReadable({ document }: { document: DocumentBody }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const { retry } = useDocumentActions();
  const failed = document.state === "failed";
  return (
    <div className={styles.center} role="status">
      <h1>{t(failed ? "review.failed" : "review.processing")}</h1>
      {failed ? (
        <>
          <Notice tone="error">{document.failure_message ?? document.failure_code}</Notice>
          <p>{t("review.failedLead")}</p>
          {document.failure_retryable === true ? (
            <Button
              look="primary"
              isDisabled={retry.isPending}
              onPress={() =>
                retry.mutate(document.id, {
                  onError: (error) => notify(problem(error), "error"),
                })
              }
            >
              {t("queue.retry")}
            </Button>
          ) : null}
        </>
      ) : (
        <>
          <span className={styles.wait} aria-hidden="true" />
          <p>{t("review.processingLead")}</p>
        </>
      )}
      <Link href="/">{t("review.toQueue")}</Link>
    </div>
  );
}
