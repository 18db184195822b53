import { Check, Copy, Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { FieldError, Form, Input, Label, Text, TextField } from "react-aria-components";
import { useApp } from "../App.context.ts";
import { useI18n } from "../i18n/I18n.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { checkToken, type TokenVerdict } from "./check-token.ts";
import { cleanToken } from "./token.ts";

/** Asks for a token and tries it before it lets anybody in. */
export function SignInForm({ autoFocus = true }: { readonly autoFocus?: boolean }) {
  const { t, format, locale } = useI18n();
  const { session, config } = useApp();
  const [text, setText] = useState("");
  const [shown, setShown] = useState(false);
  const [checking, setChecking] = useState(false);
  const [verdict, setVerdict] = useState<TokenVerdict>({ kind: "good" });

  async function submit() {
    const token = cleanToken(text);
    setChecking(true);
    const result = await checkToken(token, config);
    setChecking(false);
    setVerdict(result);
    if (result.kind === "good") session.signIn(token);
  }

  function sentence(): string | null {
    if (verdict.kind === "good") return null;
    if (verdict.kind === "expired")
      return t.signIn.errors.expired(format.ago(new Date(verdict.at).toISOString(), Date.now()));
    return t.signIn.errors[verdict.kind];
  }
  const fault = sentence();

  return (
    <Form
      className="sign-in-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        className="field"
        value={text}
        onChange={(value) => {
          setText(value);
          setVerdict({ kind: "good" });
        }}
        isInvalid={fault !== null}
        type={shown ? "text" : "password"}
        autoFocus={autoFocus}
        autoComplete="off"
        spellCheck="false"
        validationBehavior="aria"
      >
        <Label>{t.signIn.token}</Label>
        <div className="token-input">
          <Input className="input" lang={locale} />
          <IconButton small label={shown ? t.signIn.hide : t.signIn.show} onPress={() => setShown(!shown)}>
            {shown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
          </IconButton>
        </div>
        <div role="alert">
          <FieldError className="fault">{fault}</FieldError>
        </div>
        <Text slot="description" className="help">
          {t.signIn.tokenHelp}
        </Text>
      </TextField>
      <Button kind="primary" type="submit" isDisabled={checking}>
        {checking ? t.signIn.checking : t.signIn.submit}
      </Button>
      {config.tokenCommand !== null && <DevelopmentHint command={config.tokenCommand} />}
    </Form>
  );
}

function DevelopmentHint({ command }: { readonly command: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  return (
    <section className="dev-hint" aria-label={t.signIn.devTitle}>
      <h2>{t.signIn.devTitle}</h2>
      <p>{t.signIn.devText}</p>
      <div className="command">
        <code>{command}</code>
        <IconButton
          small
          label={copied ? t.signIn.copied : t.signIn.copy}
          onPress={() => {
            navigator.clipboard?.writeText(command).then(
              () => setCopied(true),
              () => {},
            );
          }}
        >
          {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
        </IconButton>
      </div>
    </section>
  );
}

export function SignInPage() {
  const { t } = useI18n();
  usePageTitle(t.signIn.title);
  return (
    <div className="sign-in panel">
      <h1>{t.signIn.title}</h1>
      <p className="muted">{t.signIn.lead}</p>
      <SignInForm />
    </div>
  );
}
