"""The desktop service: a process inside the session that serves the tools of the desktop.

It needs python-xlib 0.33 and, for quick pictures, mss; JPEG needs Pillow. Nothing of it is imported when the agent
starts. The agent starts the desktop in this order:

1. ``Xvfb -displayfd FD -screen 0 WxHx24 -dpi DPI -nolisten tcp -noreset -auth FILE``. python-xlib finds the cookie by
   the name of the host only: the entry must have the family ``Local`` (256), the name of the session's host as its
   address, and may have an empty number.
2. ``openbox_config.write(folder)``, which is of the standard library only, then ``openbox --config-file`` with the path
   that it returns, and with ``openbox_config.ENVIRONMENT``, which spares it 30 ms for each character that is put on a
   key. ``folder`` is the session's own and writable: ``focus_mode`` writes the file again.
3. ``python -c "import sys; sys.path[:0] = [...]; from inside.desktop.service import main; main(FD, FOLDER, SCALE)"``
   with ``DISPLAY`` and ``XAUTHORITY``, and one end of a pair of connected Unix stream sockets as ``FD``. ``SCALE`` is
   the factor of the desktop, 1.0 by default: the service sets ``Xft.dpi`` to 96 times it.

The frames on the socket are the agent's (``frame_socket.py``): ``{"id", "op", ...}`` is answered by ``{"id", "value"}``
or ``{"id", "error"}`` (a sentence for the caller), or ``{"id"}`` and raw bytes. ``op`` is the name of the tool, and its
arguments are those of the wire, under their names there. Requests are served side by side; those of mouse and keyboard
one after the other, in the order in which they arrive. The service ends with its socket, with X, or by ``SIGTERM``, and
releases all keys and buttons; after a ``SIGKILL``, the next one does.

========================  ==============================================================================
``op``                    Value
========================  ==============================================================================
``ping``                  ``{"display", "width", "height", "scale", "layout", "manager"}``, once the window
                          manager is there: the desktop is ready
``get_screen_size``       ``{"width", "height", "dpiScalingFactor"}``
``screenshot``            the picture, as raw bytes; ``format`` is png or jpeg, ``quality`` 80 by default
``get_cursor_position``   ``{"x", "y"}``
``click_mouse``, ``move_mouse``, ``drag_mouse``, ``scroll``, ``input_text``, ``press_keys``, ``release_keys``
                          null
``list_root_windows``     windows: ``{"window_id", "window_title", "title", "absolute_upper_left_x",
                          "absolute_upper_left_y", "width", "height", "pid", "pname", "child_windows"}``
``get_active_window``     a window; an error if none is active
``activate_window``, ``close_window``, ``maximize_window``, ``minimize_window``, ``restore_window``,
``fullscreen_window``, ``focus_mode``
                          null
``resize_window``         ``{"width", "height"}``, the size that the window took
``get_installed_apps``    ``{"name", "start_cmd", "stop_cmd", "work_directory"}`` of each
``start_app``, ``list_visible_apps``
                          ``{"pname", "pid", "cmdline"}`` of each process
``stop_app_by_pname``, ``stop_app_by_pid``, ``stop_app_by_cmd``
                          null
========================  ==============================================================================
"""
