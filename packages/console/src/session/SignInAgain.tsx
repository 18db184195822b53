import { useApp } from "../App.context.ts";
import { useI18n } from "../i18n/I18n.tsx";
import { Button } from "../ui/Button.tsx";
import { DialogBox } from "../ui/Dialog.tsx";
import { SignInForm } from "./SignIn.tsx";
import type { SessionState } from "./session.ts";

/** Over the page that somebody works on: nothing of it is lost, and it goes on with the new token. */
export function SignInAgain({ state }: { readonly state: SessionState }) {
  const { t } = useI18n();
  const { session } = useApp();
  return (
    <DialogBox isOpen={state.kind === "again"} title={t.signIn.againTitle}>
      <p className="muted sign-in-again">
        {state.kind === "again" && state.isExpired ? t.signIn.againExpired : t.signIn.againRefused}
      </p>
      <SignInForm />
      <div className="dialog-buttons">
        <Button kind="quiet" small onPress={() => session.signOut()}>
          {t.app.signOut}
        </Button>
      </div>
    </DialogBox>
  );
}
