/** The Service of a home file system's server, in a namespace of its own. */
export const homeService = "home-nfs";
