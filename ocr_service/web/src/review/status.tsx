import type { Tone } from "../ui/Badge";
import type { IconName } from "../ui/icons";
import type { Status } from "./ordering";

/** Drawing and colour of each status; the word always stands beside them. */
export const STATUS_LOOK: Record<Status, { icon: IconName; tone: Tone; glyph: string }> = {
  error: { icon: "error", tone: "error", glyph: "！" },
  doubtful: { icon: "question", tone: "warning", glyph: "？" },
  edited: { icon: "pen", tone: "primary", glyph: "訂" },
  accepted: { icon: "check", tone: "success", glyph: "✓" },
  blank: { icon: "minus", tone: "plain", glyph: "" },
  fine: { icon: "dot", tone: "plain", glyph: "" },
};

export const SEVERITY_LOOK = {
  error: { icon: "error", tone: "error" },
  warning: { icon: "alert", tone: "warning" },
  info: { icon: "info", tone: "info" },
} as const satisfies Record<string, { icon: IconName; tone: Tone }>;
