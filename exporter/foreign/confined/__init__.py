"""Work on foreign text in processes that can do no harm, and whose end harms nobody.

::

    main ---- template            forked before anything foreign was read; it forks, and reaps
                  +--- worker     one for each piece of work: no network, no programs, few files,
                                  bounded time and memory

Main talks to a worker by a socket of its own (:mod:`.channel`), starts programs for it
(:mod:`.programs`), and reads where it is from a page that both share (:mod:`.position`).
"""
