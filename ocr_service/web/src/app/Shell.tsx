import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { SessionBody } from "../api/client";
import { useSignOut } from "../api/queries";
import { LANGUAGES } from "../i18n";
import { Button } from "../ui/Button";
import { Link } from "./Link";
import { permissionsOf } from "./permissions";
import type { Route } from "./router";
import styles from "./Shell.module.css";

interface Props {
  session: SessionBody;
  route: Route;
  children: ReactNode;
}

export function Shell({ session, route, children }: Props) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  const main = useRef<HTMLElement>(null);
  const may = permissionsOf(session);
  const first = useRef(true);
  useEffect(() => {
    // A new screen begins at its top, for people who listen as well.
    if (!first.current && route.screen !== "review") main.current?.focus();
    first.current = false;
  }, [route.screen]);
  const here = route.screen === "case" ? "cases" : route.screen;
  const links = [
    { screen: "queue", href: "/", label: t("app.queue"), shown: may.list },
    { screen: "cases", href: "/cases", label: t("app.cases"), shown: may.list },
    { screen: "exports", href: "/exports", label: t("app.exports"), shown: may.exports },
    { screen: "forms", href: "/forms", label: t("app.forms"), shown: true },
    { screen: "categories", href: "/categories", label: t("app.categories"), shown: may.list },
    {
      screen: "certainty",
      href: "/certainty",
      label: t("app.certainty"),
      shown: may.certainty,
    },
    { screen: "models", href: "/models", label: t("app.models"), shown: may.models },
    { screen: "audit", href: "/audit", label: t("app.audit"), shown: may.audit },
  ].filter(({ shown }) => shown);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t("app.skip")}
      </a>
      <header className={styles.header}>
        <Link href="/" className={styles.brand}>
          <img src="/icon.svg" alt="" />
          {t("app.name")}
        </Link>
        <nav className={styles.nav} aria-label={t("app.navigation")}>
          <ul>
            {links.map(({ screen, href, label }) => (
              <li key={screen}>
                <Link href={href} aria-current={here === screen ? "page" : undefined}>
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className={styles.side}>
          <LanguageSelect />
          <span>{t("app.signedInAs", { name: session.display_name })}</span>
          <Button look="quiet" small onPress={() => signOut.mutate()}>
            {t("app.signOut")}
          </Button>
        </div>
      </header>
      <main id="main" className={styles.main} ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

export function LanguageSelect() {
  const { t, i18n } = useTranslation();
  return (
    <select
      className={styles.select}
      aria-label={t("app.language")}
      value={i18n.language}
      onChange={(event) => void i18n.changeLanguage(event.target.value)}
    >
      {LANGUAGES.map(({ code, name }) => (
        <option key={code} value={code} lang={code === "en" ? "en" : "ja"}>
          {name}
        </option>
      ))}
    </select>
  );
}
