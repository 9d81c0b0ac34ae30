import type { FindingBody } from "../api/client";

/** What a finding says in the language of the screen; Japanese where it has no other wording. */
export function findingText(finding: FindingBody, language: string): string {
  const told =
    language === "en"
      ? finding.message_en
      : language === "ja-easy"
        ? finding.message_easy
        : finding.message;
  return told ?? finding.message;
}
