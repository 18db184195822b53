import { ServerCrash } from "lucide-react";
import { Component, type ReactNode } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { Button } from "../ui/Button.tsx";
import { Empty } from "../ui/Empty.tsx";

/** A fault of the page itself: said, with the one thing that helps. */
export class CrashGuard extends Component<{ readonly children: ReactNode }, { readonly crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    return this.state.crashed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { t } = useI18n();
  return (
    <main>
      <Empty bad level={1} icon={<ServerCrash size={26} />} title={t.app.crashTitle} text={t.app.crashText}>
        <Button onPress={() => location.reload()}>{t.app.reload}</Button>
      </Empty>
    </main>
  );
}
