import { Compass } from "lucide-react";
import { lazy, Suspense, useEffect, useRef } from "react";
import { Route, Switch, useLocation } from "wouter";
import { useI18n } from "../i18n/I18n.tsx";
import { LibraryPage } from "../library/LibraryPage.tsx";
import { Empty } from "../ui/Empty.tsx";
import { UploadsPage } from "../uploads/UploadsPage.tsx";
import { PlayerSkeleton } from "../watch/PlayerSkeleton.tsx";

/** hls.js comes with it, and is larger than everything else together: loaded by who watches. */
const WatchPage = lazy(() => import("../watch/WatchPage.tsx"));

export function Pages() {
  useFocusOnNewPage();
  return (
    <Suspense fallback={<PlayerSkeleton />}>
      <Switch>
        <Route path="/">
          <UploadsPage />
        </Route>
        <Route path="/library">
          <LibraryPage />
        </Route>
        <Route path="/watch/:id">{({ id }) => <WatchPage key={id} id={id} />}</Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Suspense>
  );
}

/** As after the load of a page: a screen reader begins at the top of the content, and a Tab goes on from there. */
function useFocusOnNewPage(): void {
  const [location] = useLocation();
  const shown = useRef(location);
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    scrollTo(0, 0);
    document.getElementById("content")?.focus({ preventScroll: true });
  }, [location]);
}

function NotFound() {
  const { t } = useI18n();
  return <Empty level={1} icon={<Compass size={26} />} title={t.app.notFoundTitle} text={t.app.notFoundText} />;
}
