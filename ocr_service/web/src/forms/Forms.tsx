import { useTranslation } from "react-i18next";

import { urls } from "../api/client";
import { useForms } from "../api/queries";
import { useFormats } from "../i18n/format";
import { buttonClass } from "../ui/Button";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";

export function Forms() {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const forms = useForms();
  const items = forms.data?.items ?? [];
  return (
    <div className={page.page}>
      <h1 className={page.title}>{t("forms.title")}</h1>
      <p className={page.lead}>{t("forms.lead")}</p>
      {forms.isError ? <Notice tone="error">{problem(forms.error)}</Notice> : null}
      <div className={page.panel}>
        {items.length === 0 ? (
          <p className={page.empty}>{t(forms.isPending ? "app.loading" : "forms.empty")}</p>
        ) : (
          <table className={page.table}>
            <thead>
              <tr>
                <th scope="col">{t("forms.name")}</th>
                <th scope="col">{t("forms.id")}</th>
                <th scope="col">{t("forms.revision")}</th>
                <th scope="col">{t("forms.blank")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((form) => (
                <tr key={`${form.id}@${form.revision}`}>
                  <td>
                    <b>{form.title}</b>
                  </td>
                  <td className={page.mono}>{form.id}</td>
                  <td className={page.mono}>{form.revision}</td>
                  <td>
                    <a
                      className={buttonClass("secondary", true)}
                      href={urls.blank(form)}
                      target="_blank"
                      rel="noopener"
                    >
                      <Icon name="page" />
                      <span className="visually-hidden">{form.title} </span>
                      {t("forms.blank")}
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </div>
  );
}
