from tests.gui.test_window import *
def test_x(opened, qtbot):
    window = opened("--trouble", "--bench", "mixed", "--more-probes")
    window.resize(1280,720)
    crowd = {"kind": "snapshot","t_s": 9999.0,"faults": [{"sentence": "long words " * 30, "t_s": 1.0}] * 9,"cautions": ["more long words " * 20] * 9}
    end_engine(window)
    window.presenter.take(window.presenter._hello | {"name": "a_long_name" * 30}, 0.0)
    window.presenter.take(crowd, 0.0)
    window.repaint_now()
    qtbot.waitUntil(lambda: window.run.notices.height()>100)
    f=window.frame
    for n in ("band","shut_off","head","pages","run","probes","ceiling","drive","stop","_side"):
        w=getattr(f,n); print(n, w.minimumSizeHint().height(), w.height(), w.sizeHint().height())
    r=f.run
    for n in ("notices","questions","bar","plots","field","controls"):
        w=getattr(r,n); print(" ", n, w.minimumSizeHint().height(), w.height(), w.minimumHeight(), w.isVisible())
    for i in range(f.pages.count()):
        w=f.pages.widget(i); print(f.pages.tabText(i), w.minimumSizeHint(), w.isVisible())
    window.grab().save("/tmp/dbg.png")
    assert 0
