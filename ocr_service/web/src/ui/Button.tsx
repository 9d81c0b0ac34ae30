import { Button as AriaButton, type ButtonProps } from "react-aria-components";

import styles from "./Button.module.css";

type Look = "primary" | "secondary" | "quiet" | "danger" | "bare";

interface Props extends Omit<ButtonProps, "className"> {
  look?: Look;
  small?: boolean;
}

export function buttonClass(look: Look = "secondary", small = false): string {
  return [styles.button, styles[look], small ? styles.small : ""].join(" ");
}

export function Button({ look = "secondary", small = false, ...rest }: Props) {
  return <AriaButton {...rest} className={buttonClass(look, small)} />;
}
