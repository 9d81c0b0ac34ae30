import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { DecisionBody, DocumentBody, SuggestionBody } from "../api/client";
import { navigate } from "../app/router";
import { CasePanel } from "../cases/CasePanel";
import { SampleDialog } from "../taxonomy/SampleDialog";
import { announce, notify } from "../ui/announce";
import { CategoryDialog } from "./CategoryDialog";
import { ConfirmDialog } from "./ConfirmDialog";
import { DecisionBar, type DialogName } from "./DecisionBar";
import { DocumentBar } from "./DocumentBar";
import { isTouched } from "./draft";
import { FieldEditor } from "./FieldEditor";
import { FieldList } from "./FieldList";
import { Findings } from "./Findings";
import { HelpDialog } from "./HelpDialog";
import { placesOf } from "./PlaceOverlay";
import { ReviewNotices } from "./Notices";
import { ReasonDialog } from "./ReasonDialog";
import { FormDialog, ReleaseDialog, UnmaskDialog } from "./SmallDialogs";
import { ListTools } from "./ListTools";
import { useCategory } from "./useCategory";
import { useDecisions } from "./useDecisions";
import { useReviewKeys } from "./useKeys";
import { useOverlay } from "./useOverlay";
import { useUnmask } from "./useUnmask";
import { useWork } from "./useWork";
import { Viewer, type ViewerHandle } from "./Viewer";
import styles from "./Workbench.module.css";

export interface WorkbenchProps {
  document: DocumentBody;
  suggestion: SuggestionBody;
  decision: DecisionBody | null;
  editable: boolean;
  /** Why nothing can be changed; null while it can, or while that is not known yet. */
  readOnlyReason: string | null;
  /** What to know about a form that two persons confirm. */
  second: string | null;
  /** True when this suggestion replaced the one that a decision was refused for. */
  stale: boolean;
  onStale: () => void;
}

/** The review screen: the page on the left, the field, the findings and all fields on the right. */
export function Workbench(props: WorkbenchProps) {
  const { document, decision, editable } = props;
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const viewer = useRef<ViewerHandle>(null);
  const input = useRef<HTMLElement>(null);
  const [focusRequest, setFocusRequest] = useState(0);
  const [findingsOpen, setFindingsOpen] = useState(true);
  const focusInput = useCallback(() => setFocusRequest((n) => n + 1), []);
  const { suggestion, unmask, unmasking } = useUnmask(props.suggestion);
  const decided = useMemo(() => decidedValues(decision), [decision]);
  const work = useWork(document.id, suggestion, decided, editable, focusInput);
  const { field, current, go, dispatch } = work;

  // The input of a new field exists only after it was drawn.
  useEffect(() => {
    if (dialog === null) input.current?.focus({ preventScroll: true });
  }, [focusRequest, current, dialog, editable]);

  const decisions = useDecisions(document, {
    onStale: () => {
      setDialog(null);
      props.onStale();
    },
    onInvalid: (name, message) => {
      setDialog(null);
      const named = suggestion.fields.find((f) => f.name === name);
      if (named !== undefined) go(named.name);
      notify(named === undefined ? message : `${named.label}：${message}`, "error");
    },
    onDone: () => setDialog(null),
  });
  const category = useCategory(document, () => setDialog(null));
  const open = useCallback((name: DialogName) => setDialog(name), []);
  const close = () => {
    setDialog(null);
    decisions.clearError();
  };
  const goTo = (name: string) => {
    close();
    go(name);
  };
  const change = (value: string | null) => {
    if (field !== undefined && editable) dispatch({ type: "set", field, value });
  };
  const accept = () => {
    if (work.accept() === "done") window.document.getElementById("confirm")?.focus();
  };
  const release = () => (work.draftEdits > 0 ? open("release") : decisions.release());
  const back = () => {
    // Nothing was done: the document goes back for others. Otherwise it stays with its reviewer.
    if (editable && !isTouched(work.draft)) decisions.release({ quietly: true });
    else {
      if (editable) announce(t("review.keptDraft"));
      navigate("/");
    }
  };
  const focusViewer = () => viewer.current?.focus();
  useReviewKeys({
    enabled: dialog === null,
    editable,
    field,
    value: work.value,
    onAccept: accept,
    onConfirm: () => open("confirm"),
    onStep: work.step,
    onTravel: work.travel,
    onChange: change,
    onViewer: focusViewer,
    onPan: (dx, dy) => viewer.current?.pan(dx, dy),
    onHelp: () => open("help"),
    onCategory: () => open("category"),
    onRelease: release,
    onReturn: () => open("return"),
    onReject: () => open("reject"),
  });
  const overlay = useOverlay(suggestion, work.rows);
  const places = useMemo(() => placesOf(suggestion.findings), [suggestion.findings]);
  const send = (action: "confirm" | "return" | "reject", reason: string) => {
    const bad = new Set(work.malformed().map((f) => f.name));
    const values = Object.entries(work.changed()).filter(
      // An unreadable correction may stop a confirmation, but not a return.
      ([name]) => action === "confirm" || !bad.has(name),
    );
    decisions.decide({
      suggestion_id: suggestion.id,
      action,
      reason,
      values: Object.fromEntries(values),
    });
  };
  const at = work.ordered.findIndex((f) => f.name === current) + 1;
  return (
    <div className={styles.screen}>
      <DocumentBar
        document={document}
        suggestion={suggestion}
        editable={editable}
        onBack={back}
        onOpen={open}
        onUndoCategory={editable && !category.busy ? category.undo : null}
      />
      <ReviewNotices {...props} carried={work.carried} labels={work.labels} />
      <div className={styles.work}>
        <Viewer
          ref={viewer}
          documentId={document.id}
          pages={suggestion.pages}
          fields={overlay}
          places={places}
          current={current}
          unmask={unmasking.reason}
          onSelect={go}
          onLeave={focusInput}
        />
        <div className={styles.pane}>
          {field === undefined ? null : (
            <FieldEditor
              documentId={document.id}
              field={field}
              value={work.value}
              edited={work.edited}
              status={work.rows.get(field.name)?.status ?? "fine"}
              findings={work.byField.get(field.name) ?? []}
              position={{ at, total: work.ordered.length }}
              readOnly={!editable}
              unmask={unmasking.reason}
              more={work.left.some((f) => f.name !== field.name)}
              inputRef={input}
              onChange={change}
              onAccept={accept}
              onReset={() => dispatch({ type: "reset", field })}
              onStep={work.step}
              onUnmask={() => open("unmask")}
            />
          )}
          <div className={styles.scroll} tabIndex={-1}>
            <ListTools
              order={work.order}
              onOrder={work.setOrder}
              count={suggestion.fields.length}
              findings={work.findings}
              open={findingsOpen}
              onToggle={setFindingsOpen}
            />
            {findingsOpen ? (
              <Findings
                findings={work.findings}
                labels={work.labels}
                onSelect={go}
                onShow={(place) => viewer.current?.show(place)}
              />
            ) : null}
            <CasePanel documentId={document.id} />
            <FieldList groups={work.groups} rows={work.rows} current={current} onSelect={go} />
          </div>
        </div>
      </div>
      <DecisionBar
        left={work.left.length}
        total={work.attention}
        edited={work.draftEdits}
        editable={editable}
        onOpen={open}
        onRelease={release}
      />
      {dialog === "confirm" ? (
        <ConfirmDialog
          changes={Object.entries(work.changed()).flatMap(([name, value]) => {
            const changed = suggestion.fields.find((f) => f.name === name);
            return changed === undefined ? [] : [{ field: changed, value }];
          })}
          left={work.left}
          malformed={work.malformed()}
          errors={work.unsettledErrors()}
          busy={decisions.busy}
          error={decisions.error}
          openNext={decisions.openNext}
          onOpenNext={decisions.setOpenNext}
          onConfirm={() => send("confirm", "")}
          onGoTo={goTo}
          onClose={close}
        />
      ) : null}
      {dialog === "return" || dialog === "reject" ? (
        <ReasonDialog
          kind={dialog}
          suggestions={
            dialog === "return"
              ? [
                  ...new Set(
                    work.findings.filter((f) => f.severity !== "info").map((f) => f.message),
                  ),
                ]
              : (t("reject.presets", { returnObjects: true }) as string[])
          }
          busy={decisions.busy}
          error={decisions.error}
          onSubmit={(reason) => send(dialog, reason)}
          onClose={close}
        />
      ) : null}
      {dialog === "release" ? (
        <ReleaseDialog
          count={work.draftEdits}
          busy={decisions.busy}
          onRelease={(keepDraft) => decisions.release({ keepDraft })}
          onClose={close}
        />
      ) : null}
      {dialog === "pin" ? (
        <FormDialog
          current={document.form ?? null}
          busy={decisions.busy}
          error={decisions.error}
          onSubmit={decisions.pin}
          onClose={close}
        />
      ) : null}
      {dialog === "unmask" ? (
        <UnmaskDialog
          busy={unmasking.busy}
          error={unmasking.error}
          onSubmit={(reason) => unmask(reason, close)}
          onClose={close}
        />
      ) : null}
      {dialog === "category" ? (
        <CategoryDialog
          document={document}
          suggestion={suggestion}
          editable={editable}
          busy={category.busy}
          onChoose={category.choose}
          onAdd={category.add}
          onTeach={() => open("teach")}
          onClose={close}
        />
      ) : null}
      {dialog === "teach" && document.category != null ? (
        <SampleDialog category={document.category} current={document.id} onClose={close} />
      ) : null}
      {dialog === "help" ? <HelpDialog onClose={close} /> : null}
    </div>
  );
}

/** What a decision changed, laid over the suggestion; null when nothing was decided. */
function decidedValues(decision: DecisionBody | null): Record<string, string | null> | null {
  if (decision === null) return null;
  return Object.fromEntries(decision.changed.map((name) => [name, decision.values[name] ?? null]));
}
