/** Windows shows notifications of a program only under the name that its installer has registered: `appId` of electron-builder.yml. */
export const appId = 'app.orbital.desktop'
