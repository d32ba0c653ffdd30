@echo off
rem The command line of the packaged app: the app's own program, told to open no window.
"%~dp0..\..\Orbital.exe" --log-level=3 --js-flags=--max-semi-space-size=16 --orbital-command-line -- %*
exit /b %ERRORLEVEL%
