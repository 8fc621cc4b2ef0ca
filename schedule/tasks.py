"""What runs apart from a request."""

from django_tasks import task

from .models import GridBuild
from .services import run_build


@task()
def build_grid(build_id: int) -> None:
    """Builds the grid; a failure is told on the page."""
    build = GridBuild.objects.select_related("camp").get(pk=build_id)
    if build.state != GridBuild.State.WAITING:
        return
    try:
        run_build(build)
    except Exception:
        build.tell(state=GridBuild.State.FAILED)
        raise
