import { QueryCache, MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ApiProblem } from "./api/client";
import { keys } from "./api/queries";
import { App } from "./app/App";
import { startI18n } from "./i18n";
import { draftStore } from "./review/draft";
import "./styles/global.css";

startI18n();

// A sign-in that ended shows the sign-in screen; what was typed stays in memory.
const onError = (error: unknown) => {
  if (!(error instanceof ApiProblem && error.status === 401)) return;
  // A sign-in that was refused changes nothing; only one that held can end.
  if (queryClient.getQueryData(keys.session) != null)
    void queryClient.invalidateQueries({ queryKey: keys.session });
};

const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError,
  }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (count, error) =>
        !(error instanceof ApiProblem && error.status >= 400 && error.status < 500) && count < 2,
      refetchOnWindowFocus: true,
    },
  },
});

window.addEventListener("beforeunload", (event) => {
  if (draftStore.anyEdited()) event.preventDefault();
});

const root = document.getElementById("root");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
