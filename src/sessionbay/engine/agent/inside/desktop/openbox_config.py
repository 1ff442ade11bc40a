"""The configuration of openbox: no menus, no keys of its own, no moving of what a program has placed."""

from __future__ import annotations

import os

ENVIRONMENT = {"XCOMPOSEFILE": "/dev/null"}  # else it reads that file four times for each key that gets a character
NAME = "openbox.xml"
# The context "Frame" has no plain button: its grab would take the place of that of "Client", and keep the clicks.
TEXT = """\
<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>{focus_new}</focusNew><followMouse>no</followMouse><raiseOnFocus>yes</raiseOnFocus></focus>
  <placement><policy>Smart</policy><center>yes</center></placement>
  <theme><name>Clearlooks</name><titleLayout>NLIMC</titleLayout><animateIconify>no</animateIconify></theme>
  <desktops><number>1</number><popupTime>0</popupTime></desktops>
  <resize><drawContents>yes</drawContents></resize>
  <keyboard><chainQuitKey></chainQuitKey></keyboard>
  <mouse>
    <dragThreshold>1</dragThreshold>
    <doubleClickTime>500</doubleClickTime>
    <context name="Client">
      <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
      <mousebind button="Middle" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
      <mousebind button="Right" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
    </context>
    <context name="Titlebar">
      <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
      <mousebind button="Left" action="Drag"><action name="Move"/></mousebind>
      <mousebind button="Left" action="DoubleClick"><action name="ToggleMaximize"/></mousebind>
    </context>
    <context name="TLCorner TRCorner BLCorner BRCorner Top Bottom Left Right">
      <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
      <mousebind button="Left" action="Drag"><action name="Resize"/></mousebind>
    </context>
    <context name="Close"><mousebind button="Left" action="Click"><action name="Close"/></mousebind></context>
    <context name="Maximize">
      <mousebind button="Left" action="Click"><action name="ToggleMaximize"/></mousebind>
    </context>
    <context name="Iconify"><mousebind button="Left" action="Click"><action name="Iconify"/></mousebind></context>
  </mouse>
  <menu/>
</openbox_config>
"""


def write(folder: str, *, focus_new: bool = True) -> str:
    """Write the configuration into a folder; return its path. ``focus_new``: whether new windows take the focus."""
    path = os.path.join(folder, NAME)
    with open(path, "w", encoding="utf-8") as file:
        file.write(TEXT.format(focus_new="yes" if focus_new else "no"))
    return path
