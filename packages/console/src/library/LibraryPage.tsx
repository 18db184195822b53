import { CloudOff, Film, Search, SearchX, X } from "lucide-react";
import { useState } from "react";
import { Button as AriaButton, Input, SearchField, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { useLocation } from "wouter";
import { useI18n } from "../i18n/I18n.tsx";
import { Button } from "../ui/Button.tsx";
import { Empty } from "../ui/Empty.tsx";
import { reasonOf } from "../ui/reason-of.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { LectureCard } from "./LectureCard.tsx";
import { FILTERS, type Filter, useLibrary } from "./useLibrary.ts";

export function LibraryPage() {
  const { t } = useI18n();
  usePageTitle(t.library.title);
  const [search, setSearch] = useState("");
  const [filter, setFilter] = useState<Filter>("all");
  const reset = () => {
    setSearch("");
    setFilter("all");
  };
  return (
    <>
      <div className="page-head">
        <h1>{t.library.title}</h1>
        <div className="library-tools">
          <SearchField className="search" aria-label={t.library.search} value={search} onChange={setSearch}>
            <Search size={18} aria-hidden />
            <Input className="input" placeholder={t.library.search} maxLength={300} />
            {search !== "" && (
              <AriaButton className="button quiet icon small" aria-label={t.library.clear}>
                <X size={16} aria-hidden />
              </AriaButton>
            )}
          </SearchField>
          <ToggleButtonGroup
            className="segments"
            aria-label={t.library.filter}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[filter]}
            onSelectionChange={(keys) => setFilter(FILTERS.find((each) => keys.has(each)) ?? "all")}
          >
            {FILTERS.map((each) => (
              <ToggleButton key={each} id={each} className="segment">
                {t.library[each]}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </div>
      </div>
      <Lectures search={search} filter={filter} onReset={reset} />
    </>
  );
}

interface LecturesProps {
  readonly search: string;
  readonly filter: Filter;
  onReset(): void;
}

function Lectures({ search, filter, onReset }: LecturesProps) {
  const { t } = useI18n();
  const [, navigate] = useLocation();
  const { videos, isPending, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } =
    useLibrary(search, filter);
  if (isPending) return <Skeletons />;
  if (error !== null && videos.length === 0)
    return (
      <Empty bad icon={<CloudOff size={26} />} title={t.library.failedTitle} text={reasonOf(error, t)}>
        <Button onPress={() => void refetch()}>{t.common.retry}</Button>
      </Empty>
    );
  if (videos.length === 0 && search.trim() === "" && filter === "all")
    return (
      <Empty icon={<Film size={26} />} title={t.library.emptyTitle} text={t.library.emptyText}>
        <Button kind="primary" onPress={() => navigate("/")}>
          {t.library.emptyAction}
        </Button>
      </Empty>
    );
  if (videos.length === 0)
    return (
      <Empty icon={<SearchX size={26} />} title={t.library.noneTitle} text={t.library.noneText}>
        <Button onPress={onReset}>{t.library.noneAction}</Button>
      </Empty>
    );
  return (
    <>
      <ul className="cards" aria-busy={isPlaceholderData}>
        {videos.map((video) => (
          <LectureCard key={video.id} video={video} />
        ))}
      </ul>
      <p className="sr-only" role="status">
        {t.library.shown(videos.length)}
      </p>
      {hasNextPage && (
        <div className="more">
          <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            {isFetchingNextPage ? t.library.loadingMore : t.library.more}
          </Button>
        </div>
      )}
    </>
  );
}

function Skeletons() {
  const { t } = useI18n();
  return (
    <div className="cards" role="status" aria-label={t.library.loading}>
      {["a", "b", "c", "d", "e", "f"].map((each) => (
        <div key={each} className="card">
          <div className="skeleton card-art" />
          <div className="skeleton skeleton-line" />
          <div className="skeleton skeleton-line short" />
        </div>
      ))}
    </div>
  );
}
