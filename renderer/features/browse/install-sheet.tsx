export const InstallSheet = () => null
