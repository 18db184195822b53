import { Check } from "lucide-react";
import { type ReactNode, useId } from "react";
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from "react-aria-components";

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactNode;
  readonly label: string;
  readonly children: ReactNode;
}

export function MenuButton({ trigger, label, children }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="popover" placement="bottom end" offset={6}>
        <Menu className="menu" aria-label={label}>
          {children}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

interface ActionProps {
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly children: string;
  onAction(): void;
}

export function MenuAction({ icon, danger = false, children, onAction }: ActionProps) {
  return (
    <MenuItem className={danger ? "menu-item danger" : "menu-item"} textValue={children} onAction={onAction}>
      {icon}
      {children}
    </MenuItem>
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  /** Of the words, where they are not the page's. */
  readonly lang?: string;
}

interface ChoicesProps<T extends string> {
  readonly title: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  onChange(value: T): void;
}

/** One of a few, with a mark at the present one. Keys are the whole menu's; they stay when the language changes its words. */
export function MenuChoices<T extends string>({ title, choices, value, onChange }: ChoicesProps<T>) {
  const section = useId();
  const keyOf = (each: T) => `${section}${each}`;
  return (
    <MenuSection
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[keyOf(value)]}
      onSelectionChange={(keys) => {
        const next = choices.find((each) => keys === "all" || keys.has(keyOf(each.value)));
        if (next !== undefined) onChange(next.value);
      }}
    >
      <Header className="menu-header">{title}</Header>
      {choices.map((each) => (
        <MenuItem key={each.value} id={keyOf(each.value)} className="menu-item" textValue={each.label}>
          {({ isSelected }) => (
            <>
              <span className="check">{isSelected && <Check size={16} aria-hidden />}</span>
              <span lang={each.lang}>{each.label}</span>
            </>
          )}
        </MenuItem>
      ))}
    </MenuSection>
  );
}
