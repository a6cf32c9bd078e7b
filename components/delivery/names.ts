/** Where Argo CD runs, and where its Applications are. */
export const argoCdNamespace = "argocd";

/** Service account that changes the systems' objects. */
export const argoCdController = "argocd-application-controller";
