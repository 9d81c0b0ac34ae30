import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { SessionBody } from "../api/client";
import { useSession } from "../api/queries";
import { Audit } from "../audit/Audit";
import { Case } from "../cases/Case";
import { Cases } from "../cases/Cases";
import { Certainty } from "../certainty/Certainty";
import { Exports } from "../exports/Exports";
import { Forms } from "../forms/Forms";
import { useFormats } from "../i18n/format";
import { Models } from "../models/Models";
import { Queue } from "../queue/Queue";
import { Review } from "../review/Review";
import { SignIn } from "../signin/SignIn";
import { Taxonomy } from "../taxonomy/Taxonomy";
import { Announcer } from "../ui/announce";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { Link } from "./Link";
import { permissionsOf } from "./permissions";
import { parseRoute, usePath } from "./router";
import { Shell } from "./Shell";

export function App() {
  const session = useSession();
  const known = useRef(false);
  if (session.data != null) known.current = true;
  return (
    <>
      {session.data === undefined ? (
        <Starting />
      ) : session.data === null ? (
        <SignIn again={known.current} />
      ) : (
        <Screens session={session.data} />
      )}
      <Announcer />
    </>
  );
}

function Starting() {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const { error, refetch } = useSession();
  if (error === null)
    return (
      <p className={page.waiting} role="status">
        {t("app.loading")}
      </p>
    );
  return (
    <main className={page.page}>
      <Notice
        tone="error"
        action={<Button onPress={() => void refetch()}>{t("app.reload")}</Button>}
      >
        {problem(error)}
      </Notice>
    </main>
  );
}

function Screens({ session }: { session: SessionBody }) {
  const { t } = useTranslation();
  const route = parseRoute(usePath());
  const may = permissionsOf(session);
  const titles = {
    queue: t("queue.title"),
    review: t("app.name"),
    cases: t("cases.title"),
    case: t("cases.one"),
    exports: t("exports.title"),
    audit: t("audit.title"),
    certainty: t("certainty.title"),
    models: t("models.title"),
    forms: t("forms.title"),
    categories: t("taxonomy.title"),
    unknown: t("app.name"),
  };
  const title = titles[route.screen];
  useEffect(() => {
    document.title = title === t("app.name") ? title : `${title} | ${t("app.name")}`;
  }, [title, t]);
  const forbidden = (
    <div className={page.page}>
      <Notice tone="warning">{t("app.notAllowed")}</Notice>
    </div>
  );
  const screen = () => {
    switch (route.screen) {
      case "queue":
        return may.list ? <Queue may={may} /> : forbidden;
      case "review":
        return may.review ? <Review key={route.id} id={route.id} /> : forbidden;
      case "cases":
        return may.list ? <Cases mayOpen={may.review} /> : forbidden;
      case "case":
        return may.review ? <Case key={route.id} id={route.id} /> : forbidden;
      case "exports":
        return may.exports ? <Exports mayCreate={may.createExport} /> : forbidden;
      case "audit":
        return may.audit ? <Audit /> : forbidden;
      case "certainty":
        return may.certainty ? <Certainty /> : forbidden;
      case "models":
        return may.models ? <Models mayChange={may.changeModels} /> : forbidden;
      case "forms":
        return <Forms />;
      case "categories":
        return may.list ? <Taxonomy mayEdit={may.editCategories} /> : forbidden;
      case "unknown":
        return (
          <div className={page.page}>
            <p>{t("app.notFound")}</p>
            <Link href="/">{t("app.toQueue")}</Link>
          </div>
        );
    }
  };
  return (
    <Shell session={session} route={route}>
      {screen()}
    </Shell>
  );
}
