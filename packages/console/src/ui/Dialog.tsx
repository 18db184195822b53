import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useI18n } from "../i18n/I18n.tsx";
import { Button } from "./Button.tsx";

interface Props {
  readonly isOpen: boolean;
  readonly title: string;
  readonly children: ReactNode;
  /** None: it cannot be closed, only answered. */
  readonly onClose?: (() => void) | undefined;
  readonly role?: "dialog" | "alertdialog";
}

/** Focus goes in, stays in, and comes back to where it was. */
export function DialogBox({ isOpen, title, children, onClose, role = "dialog" }: Props) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={onClose !== undefined}
      isKeyboardDismissDisabled={onClose === undefined}
      onOpenChange={(open) => {
        if (!open) onClose?.();
      }}
    >
      <Modal className="dialog">
        <Dialog role={role}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  readonly isOpen: boolean;
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly keep?: string;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before something that cannot be taken back. What keeps things as they are has the focus. */
export function Confirm({ isOpen, title, text, action, keep, onConfirm, onClose }: ConfirmProps) {
  const { t } = useI18n();
  return (
    <DialogBox isOpen={isOpen} title={title} onClose={onClose} role="alertdialog">
      <p className="muted">{text}</p>
      <div className="dialog-buttons">
        <Button autoFocus onPress={onClose}>
          {keep ?? t.common.cancel}
        </Button>
        <Button
          kind="danger"
          onPress={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
      </div>
    </DialogBox>
  );
}
