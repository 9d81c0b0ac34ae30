import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Tab as AriaTab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { DocumentBody } from "../api/client";
import { claimNext, keys, TAB_STATES, useDocuments, useForms, type Tab } from "../api/queries";
import type { Permissions } from "../app/permissions";
import { navigate, reviewPath } from "../app/router";
import { useFormats } from "../i18n/format";
import { isTyping, useSingleKeys } from "../ui/keys";
import { notify } from "../ui/announce";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { DocumentTable } from "./DocumentTable";
import styles from "./Queue.module.css";

const TABS = Object.keys(TAB_STATES) as Tab[];

// The tab that was open comes back when a reviewer returns from a document.
let lastTab: Tab = "awaiting_review";

export function Queue({ may }: { may: Permissions }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const [tab, setTab] = useState<Tab>(lastTab);
  const [form, setForm] = useState<string | null>(null);
  const [filter, setFilter] = useState("");
  const search = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const documents = useDocuments(tab, form);
  const forms = useForms();
  const next = useClaimNext();
  const [singleKeys] = useSingleKeys();
  const counts = documents.data?.pages[0]?.counts;
  const shown = useMemo(() => {
    const all = documents.data?.pages.flatMap((p) => p.items) ?? [];
    // While a tab loads, the rows of the tab before are still here.
    const states: readonly string[] = TAB_STATES[tab];
    return all.filter((d) => states.includes(d.state) && matches(d, filter));
  }, [documents.data, filter, tab]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (event.key === "Enter" && event.ctrlKey && may.review) {
        event.preventDefault();
        next.start();
      } else if (event.key === "/" && singleKeys && !isTyping(event.target)) {
        event.preventDefault();
        search.current?.focus();
      } else if (event.key === "ArrowDown" && event.target === document.body) {
        event.preventDefault();
        focusFirstRow(panel.current);
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [may.review, next, singleKeys]);

  const select = (chosen: Tab) => {
    lastTab = chosen;
    setTab(chosen);
  };
  const countOf = (id: Tab) =>
    TAB_STATES[id].reduce((sum, state) => sum + (counts?.[state] ?? 0), 0);
  const reading = (counts?.received ?? 0) + (counts?.processing ?? 0);
  return (
    <div className={styles.screen}>
      <div className={page.head}>
        <h1 className={page.title}>{t("queue.title")}</h1>
        <div className={styles.live} role="status">
          {reading > 0 ? (
            <>
              <span className={styles.bar} aria-hidden="true" />
              {t("queue.reading", {
                processing: counts?.processing ?? 0,
                received: counts?.received ?? 0,
              })}
            </>
          ) : (
            t(documents.isError ? "queue.stopped" : "queue.updated")
          )}
        </div>
        {may.review ? (
          <Button look="primary" onPress={next.start} isDisabled={next.busy}>
            {next.busy ? t("queue.nextBusy") : t("queue.next")}
            <kbd>Ctrl+Enter</kbd>
          </Button>
        ) : null}
      </div>
      {documents.isError ? (
        <Notice
          tone="error"
          action={
            <Button small onPress={() => void documents.refetch()}>
              {t("app.reload")}
            </Button>
          }
        >
          {problem(documents.error)}
        </Notice>
      ) : null}
      <Tabs selectedKey={tab} onSelectionChange={(key) => select(key as Tab)}>
        <TabList className={styles.tabs ?? ""} aria-label={t("queue.tabs")}>
          {TABS.map((id) => (
            <AriaTab
              key={id}
              id={id}
              className={`${styles.tab} ${id === "failed" && countOf(id) > 0 ? styles.alarm : ""}`}
            >
              {t(`state.${id === "reading" ? "processing" : id}`)}
              <span className={styles.count}>{countOf(id)}</span>
            </AriaTab>
          ))}
        </TabList>
        <TabPanel key={tab} id={tab} className={styles.panel ?? ""} ref={panel}>
          <div className={styles.filters}>
            <label>
              {t("queue.filter")}
              <span className={styles.search}>
                <Icon name="search" />
                <input
                  ref={search}
                  type="search"
                  value={filter}
                  placeholder={t("queue.filterPlaceholder")}
                  onChange={(event) => setFilter(event.target.value)}
                  onKeyDown={(event) => {
                    if (event.key === "Escape") setFilter("");
                    if (event.key === "Enter" && !event.nativeEvent.isComposing && !event.ctrlKey)
                      focusFirstRow(panel.current);
                  }}
                />
              </span>
            </label>
            <label>
              {t("queue.form")}
              <select value={form ?? ""} onChange={(e) => setForm(e.target.value || null)}>
                <option value="">{t("queue.allForms")}</option>
                {uniqueForms(forms.data?.items ?? []).map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
            {singleKeys ? <span className={styles.hint}>{t("queue.filterHint")}</span> : null}
          </div>
          {documents.isPending ? (
            <p className={page.waiting}>{t("app.loading")}</p>
          ) : shown.length === 0 ? (
            <Empty tab={tab} filtered={filter !== "" || form !== null} />
          ) : (
            <DocumentTable documents={shown} tab={tab} may={may} />
          )}
          {documents.hasNextPage ? (
            <div className={page.more}>
              <Button
                look="quiet"
                isDisabled={documents.isFetchingNextPage}
                onPress={() => void documents.fetchNextPage()}
              >
                {t("queue.more")}
              </Button>
            </div>
          ) : null}
        </TabPanel>
      </Tabs>
    </div>
  );
}

/** Claims the next waiting document and opens it. */
function useClaimNext() {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const cache = useQueryClient();
  const [busy, setBusy] = useState(false);
  const start = () => {
    if (busy) return;
    setBusy(true);
    claimNext()
      .then((id) => {
        if (id === null) notify(t("queue.nextNone"));
        else navigate(reviewPath(id));
      })
      .catch((error: unknown) => notify(problem(error), "error"))
      .finally(() => {
        setBusy(false);
        void cache.invalidateQueries({ queryKey: keys.documents });
      });
  };
  return { start, busy };
}

function Empty({ tab, filtered }: { tab: Tab; filtered: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={`${page.panel} ${styles.empty}`}>
      <Icon name="page" size={48} />
      <p>{t(filtered ? "queue.emptyFilter" : `queue.empty.${tab}`)}</p>
      {filtered ? null : <p>{t("queue.emptyHint")}</p>}
    </div>
  );
}

function matches(document: DocumentBody, filter: string): boolean {
  const wanted = fold(filter);
  if (wanted === "") return true;
  const { form, category_label, station, claimed_by, failure_message, id } = document;
  const words = [form?.title, category_label, station, claimed_by, failure_message, id];
  return words.some((word) => fold(word ?? "").includes(wanted));
}

const fold = (text: string) => text.normalize("NFKC").toLowerCase().trim();

function uniqueForms(forms: readonly { id: string; title: string }[]) {
  return [...new Map(forms.map((form) => [form.id, form])).values()];
}

function focusFirstRow(panel: HTMLElement | null): void {
  panel?.querySelector<HTMLElement>("tbody [role=row], tbody tr")?.focus();
}
