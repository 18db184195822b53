import { RotateCcw } from "lucide-react";
import { useI18n } from "../i18n/I18n.tsx";
import { Button } from "../ui/Button.tsx";

export function PlayerFault({ onAgain }: { onAgain(): void }) {
  const { t } = useI18n();
  return (
    <div className="player-fault" role="alert">
      <p>{t.player.failed}</p>
      <Button onPress={onAgain}>
        <RotateCcw size={16} aria-hidden />
        {t.player.again}
      </Button>
    </div>
  );
}
