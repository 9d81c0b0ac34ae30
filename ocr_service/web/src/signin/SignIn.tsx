import { useEffect, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "../api/client";
import { useSignIn } from "../api/queries";
import { LanguageSelect } from "../app/Shell";
import { useFormats } from "../i18n/format";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import styles from "./SignIn.module.css";

// Taken out of the address once, before anything else can see or keep it.
let linkToken = takeToken();

export function SignIn({ again }: { again: boolean }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const signIn = useSignIn();
  const [missing, setMissing] = useState(false);
  const [withLink, setWithLink] = useState(linkToken !== null);
  const name = useRef<HTMLInputElement>(null);
  const mutate = signIn.mutate;

  useEffect(() => {
    document.title = t("signIn.title");
  }, [t]);
  useEffect(() => {
    const useLink = () => {
      const token = linkToken ?? takeToken();
      linkToken = null;
      if (token === null) return false;
      setWithLink(true);
      mutate({ token }, { onError: () => setWithLink(false) });
      return true;
    };
    if (!useLink()) name.current?.focus();
    // A link that is pasted while this screen is open does not load the page anew.
    window.addEventListener("hashchange", useLink);
    return () => window.removeEventListener("hashchange", useLink);
  }, [mutate]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const typed = { name: String(form.get("name")).trim(), password: String(form.get("password")) };
    setMissing(typed.name === "" || typed.password === "");
    if (typed.name === "" || typed.password === "") return;
    signIn.mutate(typed);
  };

  const byLink = signIn.variables?.token !== undefined;
  const message = missing
    ? t("signIn.missing")
    : signIn.error === null
      ? null
      : byLink && signIn.error instanceof ApiProblem && signIn.error.status < 500
        ? t("signIn.linkFailed")
        : problem(signIn.error);
  return (
    <div className={styles.screen}>
      <div className={styles.language}>
        <LanguageSelect />
      </div>
      <main className={styles.card}>
        <div className={styles.brand}>
          <img src="/icon.svg" alt="" />
          <div>
            <p>{t("app.office")}</p>
            <h1>{t("app.name")}</h1>
          </div>
        </div>
        {again ? <Notice tone="info">{t("problem.session")}</Notice> : null}
        {message === null ? null : <Notice tone="error">{message}</Notice>}
        {withLink ? (
          <p role="status">{t("signIn.withLink")}</p>
        ) : (
          <form className={styles.form} onSubmit={submit} noValidate>
            <p className={styles.lead}>{t("signIn.lead")}</p>
            <label className={page.field}>
              <span className={styles.label}>{t("signIn.name")}</span>
              <input
                ref={name}
                className={page.input}
                name="name"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                required
              />
            </label>
            <label className={page.field}>
              <span className={styles.label}>{t("signIn.password")}</span>
              <input
                className={page.input}
                name="password"
                type="password"
                autoComplete="current-password"
                required
              />
            </label>
            <Button type="submit" look="primary" isDisabled={signIn.isPending}>
              {signIn.isPending ? t("signIn.busy") : t("signIn.submit")}
            </Button>
          </form>
        )}
      </main>
    </div>
  );
}

function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (token === null) return null;
  window.history.replaceState(null, "", "/");
  return token;
}
