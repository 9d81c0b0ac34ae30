import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { en } from "./en";
import { ja } from "./ja";
import { jaEasy } from "./jaEasy";

export const LANGUAGES = [
  { code: "ja", name: "日本語" },
  { code: "ja-easy", name: "やさしい日本語" },
  { code: "en", name: "English" },
] as const;

const STORED = "language";

export function startI18n(): void {
  void i18next.use(initReactI18next).init({
    lng: storedLanguage(),
    fallbackLng: "ja",
    supportedLngs: LANGUAGES.map(({ code }) => code),
    load: "currentOnly",
    // Otherwise `ja-easy` would be taken for a script and written `ja-Easy`.
    lowerCaseLng: true,
    resources: {
      ja: { translation: ja },
      en: { translation: en },
      "ja-easy": { translation: jaEasy },
    },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  applyLanguage(i18next.language);
  i18next.on("languageChanged", applyLanguage);
}

/** The tag of the words for the document and for dates: やさしい日本語 is Japanese. */
export const localeOf = (language: string) => (language === "en" ? "en" : "ja");

function applyLanguage(language: string): void {
  document.documentElement.lang = localeOf(language);
  try {
    window.localStorage.setItem(STORED, language);
  } catch {
    // A browser that keeps nothing shows the language of the office next time.
  }
}

function storedLanguage(): string {
  try {
    const stored = window.localStorage.getItem(STORED);
    if (LANGUAGES.some(({ code }) => code === stored)) return stored as string;
  } catch {
    // See above.
  }
  return "ja";
}
