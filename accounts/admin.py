from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .limits import Limit, count_one, source_of, uncount_one
from .models import MailFailure, User
from .services import save_account

#: of all who try to sign in to the admin
WRONG_FOR_ONE_ACCOUNT = Limit("admin-account", 10, timedelta(minutes=15))
WRONG_FROM_ONE_SOURCE = Limit("admin-source", 30, timedelta(minutes=15))


class SignInForm(AdminAuthenticationForm):
    """With a limit on guessing. A try is counted before it is looked at; a right one costs nothing."""

    def clean(self) -> dict[str, Any]:
        tries = [
            (WRONG_FROM_ONE_SOURCE, source_of(self.request) if self.request else ""),
            (WRONG_FOR_ONE_ACCOUNT, str(self.cleaned_data.get("username", ""))),
        ]
        for limit, who in tries:
            if not count_one(limit=limit, who=who):
                raise ValidationError(_("Too many wrong passwords. Wait a quarter of an hour, then try again."))
        data: dict[str, Any] = super().clean()
        for limit, who in tries:
            uncount_one(limit=limit, who=who)
        return data


admin.site.login_form = SignInForm


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["pk", "email", "is_staff", "is_active", "date_joined"]
    search_fields = ["email"]
    fields = ["email", "is_active", "may_open_camps", "is_staff", "is_superuser", "date_joined"]

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:
        if change:
            save_account(user=obj, fields=form.changed_data)
        else:
            super().save_model(request, obj, form, change)


@admin.register(MailFailure)
class MailFailureAdmin(admin.ModelAdmin):
    """Read, and struck off the list."""

    list_display = ["to", "error", "tries", "failed_at", "next_try_at"]
    list_filter = [("next_try_at", admin.EmptyFieldListFilter)]
    search_fields = ["to", "error"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: MailFailure | None = None) -> bool:
        return False
